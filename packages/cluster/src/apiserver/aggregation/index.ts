/**
 * APIs that somebody else serves, as APIServices with a service say: requests for them are passed on, with a word of ours on who
 * asks, and discovery and OpenAPI tell of them as of our own.
 */
export { Aggregation, type AggregationConfig } from './aggregation.ts';
export { absence, local, type Verdict } from './availability.ts';
export { type ForwardedApi, forwardedApi } from './forwarded-apis.ts';
