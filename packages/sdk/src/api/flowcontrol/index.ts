export * from './flowschema.ts';
export * from './prioritylevelconfiguration.ts';
