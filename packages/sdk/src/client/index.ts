/**
 * How programs talk to an API server: a typed `Client` over a `Transport`. The same program runs over HTTP against
 * anybody's Kubernetes and in process against ours.
 */
export * from './client.ts';
export * from './transport.ts';
export { createClient, refusal, type ClientOptions } from './transport-client.ts';
export { collectionPath, objectPath } from './paths.ts';
export { HttpTransport, type HttpTransportOptions } from './http-transport.ts';
export { type Credentials, inClusterCredentials, loadKubeconfig, parseKubeconfig } from './kubeconfig.ts';
export { tokenFromFile } from './token-file.ts';
export { discover, discoverAll, type Discovered, type ServedResource } from './discovery.ts';
export { readFrames } from './frame-reader.ts';
export * from './streams/index.ts';
