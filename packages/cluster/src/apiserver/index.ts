/**
 * The API server: a function from request to response over a store. Filters let a request in, handlers make sense of it,
 * registries read and write, watch caches answer without asking the store.
 */
export { kindsServedBy, servedKinds, servingGates } from './kinds.ts';
export { parseRuntimeConfig, type RuntimeConfig } from './runtime-config.ts';
export type { StoreOverride } from './cache/feeds.ts';
export { ApiServer, type ApiServerDeps, type ApiServerParts } from './server.ts';
export type {
  Body,
  Filter,
  Handler,
  RequestContext,
  RequestInfo,
  ServerRequest,
  ServerResponse,
  UserInfo,
} from './context.ts';
export {
  certificatesIn,
  crossOrigin,
  listen,
  type Listening,
  type ListenOptions,
  type NamedCertificate,
  type Served,
  type ServingCredentials,
  withHeaders,
} from './http/index.ts';
export type { AdmissionAttributes, AdmissionPlugin } from './admission/plugin.ts';
export { type AuditLog, type AuditOptions, openAuditLog } from './audit/index.ts';
export { type AdmissionFlags, type AdmissionSettings, readAdmission } from './admission/index.ts';
export { WebhookConnections } from './webhook-client/index.ts';
export { bootstrap, serverItself } from './bootstrap.ts';
export { bootstrapPolicy } from './authz/bootstrap/index.ts';
export { type KubernetesServiceOptions, publishKubernetesService } from './kubernetes-service.ts';
export { publishServiceCidr } from './service-cidr.ts';
export { type PartsConfig, standardParts } from './parts.ts';
export { ClusterIps } from './registry/kinds/index.ts';
export {
  type AuthorizationMode,
  AuthorizerChain,
  type AuthorizerSettings,
  flaggedWebhook,
  plain,
} from './authz/index.ts';
export { followFile } from './config-file/index.ts';
export {
  type Authentication,
  type AuthenticationDeps,
  type AuthenticationOptions,
  type FrontProxy,
  openAuthentication,
  standardUserHeaders,
  tokenFile,
} from './authn/index.ts';
export { type NodeAddress, type NodeConnector, tlsNodes } from './nodes/connector.ts';
export { LocalNodes } from './nodes/local-nodes.ts';
export { processMetrics, StoreMetrics } from './metrics/index.ts';
export type { Component, Finding } from './componentstatus/endpoint.ts';
export { Encryption, UnreadableValue } from './encryption/index.ts';
export { resourceOfKey } from './registry/resource-of-key.ts';
export { type ApiServerIdentity, identityOf, keepIdentity } from './upkeep/identity-lease.ts';
export { runUpkeep } from './upkeep/index.ts';
