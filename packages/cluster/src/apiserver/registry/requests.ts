import type { JsonObject, KubeObject } from '@tiphys/sdk/machinery';
import type { PartStrategy } from '@tiphys/sdk/schema';
import type { Entry } from '../cache/entry.ts';
import type { Auditing, UserInfo } from '../context.ts';
import type { FieldManager } from './field-manager.ts';

/** What every write carries with it. */
export interface WriteRequest {
  readonly namespace: string;
  readonly name: string;
  readonly user: UserInfo;
  readonly dryRun: boolean;
  readonly options: JsonObject;
  /** Admission has looked at it already, as what it comes of. */
  readonly admitted?: boolean;
  /** Whose the written fields become; absent where the caller has seen to them itself, or nobody owns them. */
  readonly manager?: FieldManager;
  readonly warn: (text: string) => void;
  /** Only where there is an audit log. */
  readonly audit?: Auditing | undefined;
}

export interface UpdateRequest extends WriteRequest {
  /** The subresource that is written, when it isn't the whole. */
  readonly subresource?: string;
  /**
   * What the object shall be, given what it is: an object of its own, which the registry goes on to change. Called again
   * with what is there then when what it was given turns out not to be the latest. Given undefined when there is nothing and
   * the kind may be created this way.
   */
  readonly next: (current: KubeObject | undefined) => KubeObject | Promise<KubeObject>;
  /** It means one certain object, not whatever has the name. */
  readonly replaces?: boolean;
  readonly mayCreate?: boolean;
  /** How this write treats the object, when neither the kind's own strategy nor that of a declared part does. */
  readonly strategy?: PartStrategy<KubeObject>;
}

export interface Written {
  readonly object: KubeObject;
  /** The stored entry; absent for a dry run. */
  readonly entry?: Entry;
  readonly created: boolean;
}

export interface Deleted extends Written {
  readonly gone: boolean;
}
