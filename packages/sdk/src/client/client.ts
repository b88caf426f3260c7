import type { JsonObject, JsonPatchOperation, KubeObject } from '../machinery/index.ts';
import type { Kind } from '../schema/index.ts';
import type { ApiRequest, ApiResponse } from './transport.ts';

/** Which object: its name and, for namespaced kinds, its namespace. Any object will do for one of these. */
export interface ObjectKey {
  readonly metadata: { readonly name?: string; readonly namespace?: string };
}

export interface CallOptions {
  readonly signal?: AbortSignal;
}

export interface WriteOptions extends CallOptions {
  readonly dryRun?: boolean;
  /** Whose fields these are; the client's own name unless given. */
  readonly fieldManager?: string;
  readonly fieldValidation?: 'Ignore' | 'Warn' | 'Strict';
  readonly subresource?: string;
}

export interface DeleteOptions extends CallOptions {
  readonly preconditions?: { readonly uid?: string; readonly resourceVersion?: string };
  readonly gracePeriodSeconds?: number;
  readonly propagationPolicy?: 'Foreground' | 'Background' | 'Orphan';
  readonly dryRun?: boolean;
}

export interface ListOptions extends CallOptions {
  /** One namespace; all of them when left out. */
  readonly namespace?: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  readonly resourceVersion?: string;
  readonly resourceVersionMatch?: 'Exact' | 'NotOlderThan';
  readonly limit?: number;
  readonly continue?: string;
}

export interface WatchOptions extends ListOptions {
  readonly bookmarks?: boolean;
  readonly sendInitialEvents?: boolean;
  readonly timeoutSeconds?: number;
}

export interface ObjectList<O> {
  readonly items: readonly O[];
  readonly metadata: {
    readonly resourceVersion: string;
    readonly continue?: string;
    readonly remainingItemCount?: number;
  };
}

export interface WatchEvent<O> {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK';
  readonly object: O;
}

/** A patch and what kind it is. */
export type Patch =
  | { readonly type: 'json'; readonly patch: readonly JsonPatchOperation[] }
  | { readonly type: 'merge' | 'strategic'; readonly patch: JsonObject };

/**
 * A typed client. What it returns may be shared with the server and other readers: it is frozen, copy before changing.
 * Every refusal rejects with a `StatusError`.
 */
export interface Client {
  get<O extends KubeObject, M>(kind: Kind<O, M>, key: ObjectKey, options?: CallOptions): Promise<O>;
  list<O extends KubeObject, M>(kind: Kind<O, M>, options?: ListOptions): Promise<ObjectList<O>>;
  /** Ends when the server ends it; rejects with the `StatusError` of an ERROR frame. */
  watch<O extends KubeObject, M>(kind: Kind<O, M>, options: WatchOptions): AsyncIterable<WatchEvent<O>>;
  create<O extends KubeObject, M>(kind: Kind<O, M>, manifest: M, options?: WriteOptions): Promise<O>;
  update<O extends KubeObject, M>(kind: Kind<O, M>, object: O | M, options?: WriteOptions): Promise<O>;
  patch<O extends KubeObject, M>(kind: Kind<O, M>, key: ObjectKey, patch: Patch, options?: WriteOptions): Promise<O>;
  /** PUTs the object with this status to `/status`, conflict-checked by the object's resourceVersion. */
  updateStatus<O extends KubeObject & { status?: unknown }, M>(
    kind: Kind<O, M>,
    object: O,
    status: O['status'],
    options?: WriteOptions,
  ): Promise<O>;
  apply<O extends KubeObject, M>(
    kind: Kind<O, M>,
    manifest: M,
    options?: WriteOptions & { force?: boolean },
  ): Promise<O>;
  delete<O extends KubeObject, M>(kind: Kind<O, M>, key: ObjectKey, options?: DeleteOptions): Promise<void>;
  deleteCollection<O extends KubeObject, M>(
    kind: Kind<O, M>,
    list: ListOptions,
    options?: DeleteOptions,
  ): Promise<void>;
  /** POSTs to a subresource: `binding`, `eviction`, `token`. */
  post<O extends KubeObject, M>(
    kind: Kind<O, M>,
    key: ObjectKey,
    subresource: string,
    body: JsonObject,
    options?: CallOptions,
  ): Promise<JsonObject>;
  raw(request: ApiRequest): Promise<ApiResponse>;
}
