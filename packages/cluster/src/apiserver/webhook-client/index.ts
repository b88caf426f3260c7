/**
 * How the server asks others: one pool of connections to webhooks; those that objects of the cluster configure (admission,
 * conversion), and a client for those that a kubeconfig file names (who authenticates, who authorizes, who is told of requests).
 * What goes wrong is told in upstream's words, and tried again when it may pass.
 */
export { type WebhookAddress, type WebhookAnswer, WebhookConnections, type WebhookPost } from './connections.ts';
export { refusalOf, reasonOf, WebhookFailure } from './failure.ts';
export { WebhookClient, type WebhookClientDeps } from './client.ts';
export { reliesOnCommonName } from './identity.ts';
export { type Retries, withRetries } from './retries.ts';
export { askConfigured, hostPortOf, type KeyPair, type ShownUser, type WebhookReach } from './configured.ts';
