export * from './horizontalpodautoscaler-v1.ts';
export * from './horizontalpodautoscaler.ts';
export * from './metric.ts';
export * from './scale.ts';
