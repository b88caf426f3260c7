import { type JsonObject, pageSafe, quoted } from '@tiphys/sdk/machinery';
import type { UserInfo } from '../context.ts';
import type { Level, Stage } from './policy.ts';

export interface ObjectReference {
  readonly resource?: string;
  readonly namespace?: string;
  readonly name?: string;
  readonly uid?: string;
  readonly apiGroup?: string;
  readonly apiVersion?: string;
  readonly resourceVersion?: string;
  readonly subresource?: string;
}

/** A user as events show one: what is empty isn't there. */
export interface ShownUser {
  readonly username?: string;
  readonly uid?: string;
  readonly groups?: readonly string[];
  readonly extra?: Readonly<Record<string, readonly string[]>>;
}

/** What happened, at one stage of a request. Nothing of it changes any more. */
export interface AuditEvent {
  readonly level: Level;
  readonly auditID: string;
  readonly stage: Stage;
  readonly requestURI: string;
  readonly verb: string;
  readonly user: ShownUser;
  readonly impersonatedUser?: ShownUser | undefined;
  readonly authenticationMetadata?: { readonly impersonationConstraint: string } | undefined;
  readonly sourceIPs?: readonly string[] | undefined;
  readonly userAgent?: string | undefined;
  readonly objectRef?: ObjectReference | undefined;
  readonly responseStatus?: JsonObject | undefined;
  /** JSON, as text: it may be large, and is written once for all who are told. */
  readonly requestObject?: string | undefined;
  readonly responseObject?: string | undefined;
  readonly requestReceivedTimestamp: string;
  readonly stageTimestamp: string;
  readonly annotations?: Readonly<Record<string, string>> | undefined;
}

export const apiVersion = 'audit.k8s.io/v1';

/** An event as JSON, its members in upstream's order. What isn't there is undefined, which JSON leaves out. */
export function eventJson(event: AuditEvent, kind = 'Event'): string {
  const { requestObject, responseObject, requestReceivedTimestamp, stageTimestamp, annotations } = event;
  const before = {
    kind: kind || undefined,
    apiVersion: kind ? apiVersion : undefined,
    level: event.level,
    auditID: event.auditID,
    stage: event.stage,
    requestURI: event.requestURI,
    verb: event.verb,
    user: event.user,
    impersonatedUser: event.impersonatedUser,
    authenticationMetadata: event.authenticationMetadata,
    sourceIPs: event.sourceIPs,
    userAgent: event.userAgent,
    objectRef: event.objectRef,
    responseStatus: event.responseStatus,
  };
  const after = JSON.stringify({ requestReceivedTimestamp, stageTimestamp, annotations });
  const request = requestObject === undefined ? '' : `,"requestObject":${requestObject}`;
  const response = responseObject === undefined ? '' : `,"responseObject":${responseObject}`;
  return pageSafe(`${JSON.stringify(before).slice(0, -1)}${request}${response},${after.slice(1)}`);
}

export function eventListJson(events: readonly AuditEvent[]): string {
  return `{"kind":"EventList","apiVersion":"${apiVersion}","metadata":{},"items":[${events.map((e) => eventJson(e, '')).join(',')}]}`;
}

/** An event in one line for people, as `--audit-log-format legacy` has it. */
export function eventLine(event: AuditEvent): string {
  const { user, impersonatedUser: as, sourceIPs, objectRef, responseStatus } = event;
  const shown: readonly (readonly [string, string])[] = [
    ['id', event.auditID],
    ['stage', event.stage],
    ['ip', sourceIPs?.[0] ?? '<unknown>'],
    ['method', event.verb],
    ['user', user.username || '<none>'],
    ['groups', user.username && user.groups?.length ? user.groups.map(quoted).join(',') : '<none>'],
    ['as', as ? (as.username ?? '') : '<self>'],
    ['asgroups', as?.groups ? as.groups.map(quoted).join(',') : '<lookup>'],
    ['user-agent', event.userAgent ?? ''],
    ['namespace', objectRef?.namespace || '<none>'],
    ['uri', event.requestURI],
  ];
  const code = responseStatus ? String(responseStatus['code'] ?? 0) : '<deferred>';
  const received = event.requestReceivedTimestamp.replace(/\.?0+Z$/, 'Z');
  return `${received} AUDIT: ${shown.map(([name, value]) => `${name}=${quoted(value)}`).join(' ')} response="${code}"`;
}

export function shownUser({ name, uid, groups, extra }: UserInfo): ShownUser {
  return {
    ...(name && { username: name }),
    ...(uid && { uid }),
    ...(groups.length && { groups }),
    ...(Object.keys(extra).length && { extra }),
  };
}
