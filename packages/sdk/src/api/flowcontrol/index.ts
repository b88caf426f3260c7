export * from './flowschema-spec.ts';
export * from './flowschema.ts';
export { mandatoryFlowSchemas, mandatoryPriorityLevels } from './mandatory.ts';
export * from './prioritylevel-spec.ts';
export * from './prioritylevelconfiguration.ts';
