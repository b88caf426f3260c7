/** The node's own HTTPS server: what the API server passes on to it, and what it tells of itself. */
export { NodeAccess } from './access.ts';
export { type BackendDeps, containerBackend } from './backend.ts';
export type { NodeInfo } from './info-handler.ts';
export { type NodeListenOptions, NodeServer, type NodeServerDeps } from './node-server.ts';
export { summaryOf } from './summary.ts';
export { type LogReading, readLog } from './logs/index.ts';
export { type NodeServing, serveNode } from './serve-node.ts';
