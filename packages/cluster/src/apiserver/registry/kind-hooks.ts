import type { FieldError, KubeObject } from '@tiphys/sdk/machinery';
import type { UpdateRequest, WriteRequest } from './requests.ts';

/** Takes back what a hook reserved, when the write fails or was only tried. */
export type Undo = () => void;

/**
 * What a few kinds need of the live server around their writes: addresses and ports of Services, and the like. A kind's rules
 * stand in its declaration; what stands here reads or reserves something besides the object.
 */
export interface KindHooks {
  /** So long after its last write an object is gone, 0 for never; what the kind says, unless given. */
  readonly ttlSeconds?: number;
  beforeCreate?(object: KubeObject, request: WriteRequest): Undo | undefined | Promise<Undo | undefined>;
  beforeUpdate?(next: KubeObject, old: KubeObject, request: WriteRequest): Undo | undefined | Promise<Undo | undefined>;
  /** Of a valid write to a part of the object, what depends on who writes. */
  partRules?(next: KubeObject, old: KubeObject, request: UpdateRequest): Promise<readonly FieldError[]>;
  beforeDelete?(object: KubeObject, request: WriteRequest): void | Promise<void>;
  /** What is stored now and what was before; done before the client hears of it. */
  afterWrite?(next: KubeObject | undefined, old: KubeObject | undefined): void | Promise<void>;
}
