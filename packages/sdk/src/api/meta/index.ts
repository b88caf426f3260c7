export * from './columns.ts';
export * from './condition.ts';
export * from './delete-options.ts';
export * from './field-selector.ts';
export * from './human-duration.ts';
export * from './label-selector-rules.ts';
export * from './label-selector.ts';
export * from './object-meta.ts';
