import { isObject, type JsonObject, microTimestamp, type StatusError } from '@tiphys/sdk/machinery';
import type { Clock, Random } from '@tiphys/sdk/runtime';
import type { Auditing, Layer, RequestContext, UserInfo } from '../context.ts';
import type { Backend } from './backend.ts';
import { type AuditEvent, type ObjectReference, type ShownUser, shownUser } from './event.ts';
import { Latencies, longMs } from './latencies.ts';
import type { AuditMetrics } from './metrics.ts';
import { type Cover, type Coverage, type Level, type Stage, tells } from './policy.ts';
import { sourceIps } from './source-ips.ts';
import { withoutManagedFields } from './without-managed-fields.ts';

/** What an audit log is made of. */
export interface AuditWorld {
  readonly cover: Cover;
  readonly backend: Backend;
  readonly metrics: AuditMetrics;
  readonly clock: Clock;
  readonly random: Random;
}

type Asked = Pick<RequestContext, 'request' | 'auditId' | 'info' | 'now'>;

/** What is known of one request, for the events of its stages. */
export class AuditRecord implements Auditing {
  readonly #world: AuditWorld;
  readonly #asked: Asked;
  readonly #auditId: string;
  readonly #began: number;
  readonly #latencies = new Latencies();
  #coverage: Coverage | undefined;
  #user: ShownUser = {};
  #impersonated: Pick<AuditEvent, 'impersonatedUser' | 'authenticationMetadata'> = {};
  #sourceIps: readonly string[] | undefined;
  #userAgent: string | undefined;
  #received = '';
  #reference: ObjectReference | undefined;
  #requestObject: string | undefined;
  #response: { readonly value: unknown; json?: string } | undefined;
  #status: JsonObject | undefined;
  readonly #annotations = new Map<string, { readonly value: string; readonly from: Level }>();
  readonly #atEnd: (readonly [string, string])[] = [];

  constructor(world: AuditWorld, asked: Asked) {
    this.#world = world;
    this.#asked = asked;
    this.#auditId = asked.auditId || world.random.uuid();
    this.#began = world.clock.monotonic();
  }

  /** Whether the policy has been asked. */
  get isCovered(): boolean {
    return this.#coverage !== undefined;
  }

  /** Asks the policy; answers whether anything is to be told. */
  cover(user: UserInfo | undefined): boolean {
    const { request, info, now } = this.#asked;
    const coverage = (this.#coverage = this.#world.cover(user, info));
    this.#world.metrics.covered(coverage.level);
    if (coverage.level === 'None') return false;
    if (user) this.#user = shownUser(user);
    if (info.isResource) this.#reference = referenceTo(info);
    const ips = sourceIps(request);
    this.#sourceIps = ips.length ? ips : undefined;
    this.#userAgent = userAgent(String(request.headers['user-agent'] ?? '')) || undefined;
    this.#received = microTimestamp(now);
    return true;
  }

  /** Until the policy has been asked, all that is told may be wanted. */
  #wants(level: Level): boolean {
    return !this.#coverage || tells(this.#coverage.level, level);
  }

  requested(object: object, { apiVersion, kind }: { readonly apiVersion: string; readonly kind: string }): void {
    if (this.#requestObject !== undefined || !this.#wants('Metadata')) return;
    const { metadata, ...rest } = object as JsonObject;
    if (isObject(metadata)) this.#reference = { ...completed(metadata), ...this.#reference };
    if (!this.#wants('Request')) return;
    this.#requestObject = this.#json({ kind, apiVersion, ...(isObject(metadata) && { metadata }), ...rest });
  }

  patched(body: Uint8Array | object | undefined): void {
    if (this.#requestObject !== undefined || !this.#wants('Request')) return;
    this.#requestObject = body instanceof Uint8Array ? jsonOf(Buffer.from(body).toString()) : JSON.stringify(body);
  }

  responded(value: unknown): void {
    if (this.#wants('Metadata')) this.#response = { value };
  }

  annotate(key: string, value: string, from: Level = 'Metadata'): void {
    if (this.#wants('Metadata') && !this.#annotations.has(key)) this.#annotations.set(key, { value, from });
  }

  annotateEnd(key: string, value: string): void {
    this.#atEnd.push([key, value]);
  }

  impersonated(user: UserInfo, constraint: string): void {
    if (!this.#wants('Metadata')) return;
    this.#impersonated = {
      impersonatedUser: shownUser(user),
      ...(constraint && { authenticationMetadata: { impersonationConstraint: constraint } }),
    };
  }

  timed<T>(layer: Layer, work: () => T): T {
    const { clock } = this.#world;
    const began = clock.monotonic();
    const over = () => this.#latencies.took(layer, clock.monotonic() - began);
    let result: T;
    try {
      result = work();
    } catch (err) {
      over();
      throw err;
    }
    if (result instanceof Promise) result.then(over, over);
    else over();
    return result;
  }

  /** What the answer's status is; what it says about itself when it is one. */
  answered(code: number): void {
    const value = this.#responseValue();
    const said = isObject(value) && value['kind'] === 'Status' && value['apiVersion'] === 'v1' ? value : {};
    const { status, message, reason, details } = said;
    this.#status = {
      metadata: {},
      ...(status !== undefined && { status }),
      ...(message !== undefined && { message }),
      ...(reason !== undefined && { reason }),
      ...(details !== undefined && { details }),
      code,
    };
  }

  /** A refusal is the answer; of what its client can't read only the code is known, and what is said instead. */
  refused({ status, code }: StatusError, isReadable: boolean, instead?: string): void {
    this.#response = isReadable ? { value: status } : undefined;
    this.answered(code);
    if (!isReadable && instead !== undefined) this.#status = { metadata: {}, message: instead, code };
  }

  /** Something broke. */
  broke(message: string): void {
    this.#response = undefined;
    this.#status = {
      metadata: {},
      status: 'Failure',
      message: `APIServer panic'd: ${message}`,
      reason: 'InternalError',
      code: 500,
    };
  }

  /** Tells where the time went, when it was long, and what else is only for the end. */
  end(): void {
    for (const [key, value] of this.#atEnd) this.annotate(key, value);
    const total = this.#world.clock.monotonic() - this.#began;
    // Watches are there to take long.
    if (total > longMs && this.#asked.info.verb !== 'watch')
      for (const [key, value] of this.#latencies.told(total)) this.annotate(key, value);
  }

  /** Tells that a stage has been reached. */
  tell(stage: Stage): boolean | Promise<boolean> {
    if (!this.#coverage || this.#coverage.omitStages.has(stage)) return true;
    const { backend, metrics } = this.#world;
    metrics.events.inc();
    return backend.process([this.#event(stage, this.#coverage)]);
  }

  #event(stage: Stage, { level }: Coverage): AuditEvent {
    const { request, info, now } = this.#asked;
    const isFirst = stage === 'RequestReceived';
    return {
      level,
      auditID: this.#auditId,
      stage,
      requestURI: request.path,
      verb: info.verb,
      user: this.#user,
      impersonatedUser: this.#impersonated.impersonatedUser,
      authenticationMetadata: this.#impersonated.authenticationMetadata,
      sourceIPs: this.#sourceIps,
      userAgent: this.#userAgent,
      objectRef: this.#reference,
      responseStatus: this.#status,
      requestObject: tells(level, 'Request') ? this.#requestObject : undefined,
      responseObject: level === 'RequestResponse' ? this.#responseJson() : undefined,
      requestReceivedTimestamp: this.#received,
      stageTimestamp: isFirst ? this.#received : microTimestamp(now + this.#world.clock.monotonic() - this.#began),
      annotations: this.#toldAnnotations(level),
    };
  }

  #toldAnnotations(level: Level): Record<string, string> | undefined {
    const told = [...this.#annotations].filter(([, { from }]) => tells(level, from));
    if (!told.length) return undefined;
    return Object.fromEntries(told.sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, { value }]) => [key, value]));
  }

  #responseValue(): unknown {
    const value = this.#response?.value;
    return typeof value === 'function' ? undefined : value;
  }

  #responseJson(): string | undefined {
    const response = this.#response;
    if (!response) return undefined;
    const { value } = response;
    return (response.json ??= this.#json(typeof value === 'function' ? (value as () => unknown)() : value));
  }

  #json(value: unknown): string {
    return JSON.stringify(this.#coverage?.omitManagedFields ? withoutManagedFields(value) : value);
  }
}

const referenceTo = ({
  resource,
  namespace,
  name,
  group,
  version,
  subresource,
}: RequestContext['info']): ObjectReference => ({
  ...(resource && { resource }),
  ...(namespace && { namespace }),
  ...(name && { name }),
  ...(group && { apiGroup: group }),
  ...(version && { apiVersion: version }),
  ...(subresource && { subresource }),
});

/** What of an object that was sent completes the reference that its request's path is. */
function completed({ namespace, name, uid, resourceVersion }: JsonObject): ObjectReference {
  const text = (value: unknown) => (typeof value === 'string' && value ? value : undefined);
  const found = {
    namespace: text(namespace),
    name: text(name),
    uid: text(uid),
    resourceVersion: text(resourceVersion),
  };
  return Object.fromEntries(Object.entries(found).filter(([, value]) => value !== undefined));
}

/** A patch needn't be JSON; then it is told as text, as it is no less worth knowing. */
function jsonOf(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text));
  } catch {
    return JSON.stringify(text);
  }
}

const longestAgent = 1024;
const userAgent = (text: string): string =>
  text.length > longestAgent ? `${text.slice(0, longestAgent)}...TRUNCATED` : text;
