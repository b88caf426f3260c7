import { type FieldRequirement, parseFieldSelector } from '@tiphys/sdk/machinery';
import type { RequestInfo, UserInfo } from '../context.ts';

/** What somebody wants to do. */
export interface Action {
  readonly user: UserInfo;
  readonly verb: string;
  readonly isResource: boolean;
  readonly group: string;
  readonly resource: string;
  readonly subresource: string;
  readonly namespace: string;
  readonly name: string;
  readonly path: string;
  /** What a list or watch is narrowed down to, as far as it could be understood. */
  readonly fieldSelector?: readonly FieldRequirement[];
}

export interface Verdict {
  readonly decision: 'allow' | 'deny' | 'no opinion';
  readonly reason: string;
}

export type Authorizer = (action: Action) => Verdict;

const noOpinion: Verdict = { decision: 'no opinion', reason: '' };

/** The first that has an opinion decides; nobody's opinion is a refusal with everybody's reasons. */
export const anyOf =
  (...authorizers: readonly Authorizer[]): Authorizer =>
  (action) => {
    const reasons: string[] = [];
    for (const ask of authorizers) {
      const verdict = ask(action);
      if (verdict.decision !== 'no opinion') return verdict;
      if (verdict.reason) reasons.push(verdict.reason);
    }
    return { ...noOpinion, reason: reasons.join('\n') };
  };

/** The group that may do anything, whatever RBAC says. */
export const mastersMay: Authorizer = ({ user }) =>
  user.groups.includes('system:masters') ? { decision: 'allow', reason: '' } : noOpinion;

/** Of `--authorization-mode AlwaysAllow`. */
export const everybodyMay: Authorizer = () => ({ decision: 'allow', reason: '' });

/** Of `--authorization-mode AlwaysDeny`. */
export const nobodyMay: Authorizer = () => ({ decision: 'no opinion', reason: 'Everything is forbidden.' });

const selecting = new Set(['list', 'watch', 'deletecollection']);

/** A request as an action. */
export function actionOf(user: UserInfo, info: RequestInfo, query: URLSearchParams): Action {
  const { verb, isResource, group, resource, subresource, namespace, name, path } = info;
  const action: Action = { user, verb, isResource, group, resource, subresource, namespace, name, path };
  const text = isResource && selecting.has(verb) ? query.get('fieldSelector') : null;
  const fieldSelector = text ? understood(text) : undefined;
  return fieldSelector ? { ...action, fieldSelector } : action;
}

function understood(text: string): readonly FieldRequirement[] | undefined {
  try {
    return parseFieldSelector(text);
  } catch {
    // The handler says what is wrong with it; to authorization it narrows nothing down.
    return undefined;
  }
}
