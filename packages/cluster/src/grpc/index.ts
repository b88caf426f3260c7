/**
 * gRPC without .proto files: the messages and services that we call (a container runtime's, an image store's, etcd's) are
 * declared in a few words each, and clients, servers and TypeScript types come from the declaration. Errors carry gRPC's codes
 * and are worded as Go words them, since they end in what users read.
 */
export {
  type AnyMessage,
  type AnyWord,
  bool,
  bothStream,
  bytes,
  bytesMap,
  descriptorOf,
  type In,
  int32,
  int64,
  list,
  many,
  message,
  type Message,
  type Method,
  one,
  oneOf,
  type Out,
  rpc,
  serverStream,
  type Service,
  str,
  strMap,
  uint32,
  uint64,
  type Word,
} from './message.ts';
export {
  hasRpcCode,
  isDeadlineExceeded,
  isRpcNotFound,
  isUnavailable,
  isUnimplemented,
  RpcError,
  type RpcErrorCode,
} from './rpc-error.ts';
export { type CallOptions } from './call.ts';
export { Connection, type ConnectionOptions, type RpcClient } from './connection.ts';
export { RpcServer, type RpcHandlers, type RpcServerOptions } from './server.ts';
export { codecOf, definitionOf, type MessageCodec } from './definition.ts';
