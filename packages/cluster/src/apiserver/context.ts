import type { Duplex } from 'node:stream';
import type { KubeObject, StatusError } from '@tiphys/sdk/machinery';
import type { WatchFrame } from '@tiphys/sdk/client';

/** Who asks. */
export interface UserInfo {
  readonly name: string;
  readonly uid?: string;
  readonly groups: readonly string[];
  readonly extra: Readonly<Record<string, readonly string[]>>;
}

/** A request as it came, before anybody made sense of it. */
export interface ServerRequest {
  readonly method: string;
  /** Path and query as they stand in the request line. */
  readonly path: string;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** The body; rejects with 413 past the limit. An in-process caller hands over an object instead of bytes. */
  body(): Promise<Uint8Array | KubeObject | undefined>;
  /** The body in pieces and without limit, for whoever passes it on; nothing where there is none. */
  stream?(): AsyncIterable<Uint8Array> | undefined;
  /** Known already when the request comes from within the process. */
  readonly user?: UserInfo;
  /** The DER of a client certificate that the TLS layer verified. */
  readonly clientCertificate?: Uint8Array | undefined;
  /** Why the TLS layer didn't verify the certificate that the client showed. */
  readonly certificateProblem?: string | undefined;
  /** The DER of a client certificate that the TLS layer verified to be that of a proxy in front, whose word on who asks is taken. */
  readonly frontProxyCertificate?: Uint8Array | undefined;
  readonly remoteAddress?: string | undefined;
  /** Answer with frozen objects rather than their bytes. */
  readonly objects: boolean;
  /** Aborts the signal, for the server's own reasons. */
  readonly giveUp?: (reason: Error) => void;
  /** Aborts when nobody waits for the answer any more. Asked for where it is needed: over a socket it is made then. */
  readonly signal: AbortSignal;
  /** Calls when the signal would abort, for much less than a signal costs; see `onceOver`. */
  readonly onceOver?: (f: () => void) => () => void;
}

/** What a path means: upstream's RequestInfo. */
export interface RequestInfo {
  readonly isResource: boolean;
  /** get, list, watch, create, update, patch, delete, deletecollection; for other paths the method in lower case. */
  readonly verb: string;
  readonly path: string;
  /** `api` or `apis`. */
  readonly prefix: string;
  readonly group: string;
  readonly version: string;
  readonly namespace: string;
  readonly resource: string;
  readonly subresource: string;
  /** From the path, or the one name that a list is for. */
  readonly name: string;
  /** What stands in the path from the resource on: resource, name, subresource, and more. */
  readonly parts: readonly string[];
}

/** Parts of the work on a request whose durations are told of those that took long, by upstream's names. */
export type Layer =
  'authentication' | 'authorization' | 'impersonation' | 'apf-queue-wait' | 'mutating-webhook' | 'validating-webhook';

/** Who is told of a request while it is worked on, for the audit log. */
export interface Auditing {
  /** What was sent, as it has been read; the first that is told counts. */
  requested(object: object, type: { readonly apiVersion: string; readonly kind: string }): void;
  /** A patch, as it was sent. */
  patched(body: Uint8Array | object | undefined): void;
  /** What the answer is, or how to get it, whatever form it goes out in. */
  responded(value: unknown): void;
  /** Something to know about the request; what was said first stays. From the level on, when it isn't for all. */
  annotate(key: string, value: string, from?: 'Request'): void;
  /** The same, told only when the answer is complete. */
  annotateEnd(key: string, value: string): void;
  impersonated(user: UserInfo, constraint: string): void;
  /** Does work that belongs to a layer, and notes how long it took. */
  timed<T>(layer: Layer, work: () => T): T;
}

/** The UIDs of the flow schema that a request belongs to and of its priority level. */
export interface FlowIds {
  readonly schemaUid: string;
  readonly levelUid: string;
}

/** What is known of a request. Filters add what they find out about it, for whoever comes after them. */
export class RequestContext {
  readonly request: ServerRequest;
  /** What the request is called in logs, here and elsewhere; empty for those from within the process. */
  readonly auditId: string;
  readonly info: RequestInfo;
  readonly query: URLSearchParams;
  /** Milliseconds since the epoch when the request came. */
  readonly now: number;
  user: UserInfo;
  /** Only where there is an audit log. */
  audit: Auditing | undefined;
  /**
   * Refuses a request that turns out to be for another verb besides, when its user may not do that; in the caller's words, given why,
   * where it has words of its own. A promise where somebody has to be asked elsewhere.
   */
  requireVerb:
    | ((this: RequestContext, verb: string, inWords?: (reason: string) => StatusError) => void | Promise<void>)
    | undefined;
  /** Where the request belongs among those that share the server, which every answer says, whatever it is. */
  flow: FlowIds | undefined;
  /** A watch calls it once it has told what there is: it takes next to nothing from then on. */
  initialized: (() => void) | undefined;
  /** The request was turned away for who asks: nobody is to take the answer for anything else than what it calls itself. */
  isTurnedAway = false;
  warnings: readonly string[] = none;

  constructor({ request, auditId, info, query, now, user }: Asked) {
    this.request = request;
    this.auditId = auditId;
    this.info = info;
    this.query = query;
    this.now = now;
    this.user = user;
    this.audit = undefined;
    this.requireVerb = undefined;
    this.flow = undefined;
    this.initialized = undefined;
  }

  /** Tells the client something in a `Warning` header. */
  readonly warn = (text: string): void => {
    if (!this.warnings.includes(text)) this.warnings = [...this.warnings, text];
  };
}

/** What is known of a request from the start. */
export type Asked = Pick<RequestContext, 'request' | 'auditId' | 'info' | 'query' | 'now' | 'user'>;

const none: readonly string[] = [];

/** Where chunks are pushed to. */
export interface Sink {
  /** Whether there is room for more. Until then nothing comes but an end. */
  write(chunk: Uint8Array): boolean;
  /** Calls back once there is room again. */
  onceRoom(f: () => void): void;
  end(): void;
  /** Nothing more comes, and not for having come to an end. */
  fail(why: Error): void;
}

/** What an answer carries. Bytes go out as they are; an object only within the process. */
export type Body =
  | { readonly type: 'none' }
  /** Pieces may be made while somebody goes through them, which may be more than once. */
  | { readonly type: 'bytes'; readonly pieces: Iterable<Uint8Array> }
  /** Either way to the same chunks, taken once: read one after the other, or pushed where very many wait for the next. */
  | { readonly type: 'stream'; readonly chunks: AsyncIterable<Uint8Array>; readonly push?: (into: Sink) => void }
  /** With status 101: from here on the client talks with this, in whatever protocol they agreed on. */
  | { readonly type: 'upgrade'; readonly stream: Duplex }
  | { readonly type: 'object'; readonly value: unknown }
  | { readonly type: 'frames'; readonly frames: AsyncIterable<readonly WatchFrame[]> };

export interface ServerResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly body: Body;
}

/** A refusal rejects, or is thrown at once: whoever has something to undo awaits it within a `try`. */
export type Handler = (context: RequestContext) => Promise<ServerResponse>;
/** Wraps a handler: looks at the request before it, at the response after it, or answers itself. */
export type Filter = (context: RequestContext, next: Handler) => Promise<ServerResponse>;
