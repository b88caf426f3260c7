/**
 * What the server of every component has: who calls and what they may, asked of the API server; and how well the component is.
 */
export { bearerOf, type Caller, DelegatedAccess } from './access.ts';
export { Health, type HealthAnswer, type HealthCheck, type HealthEndpoint } from './health.ts';
export { metricsType, metricsText, metricsTextOrReset } from './metrics-text.ts';
export { Profiling, type PlainAnswer } from './pprof/profiling.ts';
export { processMetrics } from './process-metrics.ts';
