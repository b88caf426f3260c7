/**
 * How programs talk to an API server: a typed `Client` over a `Transport`. The same program runs over HTTP against
 * anybody's Kubernetes and in process against ours.
 */
export * from './client.ts';
export * from './transport.ts';
