/**
 * Encryption at rest: which resources are stored encrypted, and with what, is said by a file. Values in the store look as
 * kube-apiserver's do, so that either reads what the other wrote; caches, and everybody who asks, see them plain. Where no file is
 * named nothing of this room is in anybody's way.
 */
export { Encryption, type EncryptionDeps, type EncryptionOptions } from './encryption.ts';
export { UnreadableValue } from './encrypted-store.ts';
