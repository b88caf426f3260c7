import { type FieldRequirement, parseFieldSelector, parseLabelSelector, type Requirement } from '@tiphys/sdk/machinery';
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
  /** Of the API; `*` where it doesn't matter. */
  readonly version?: string;
  /** What a list or watch is narrowed down to, as far as it could be understood. */
  readonly fieldSelector?: readonly FieldRequirement[];
  /** Only some look at labels: read when asked for. */
  readonly labelSelector?: () => readonly Requirement[];
}

export interface Verdict {
  readonly decision: 'allow' | 'deny' | 'no opinion';
  readonly reason: string;
  /** Somebody couldn't judge. */
  readonly error?: string;
}

/** Nearly all know at once; who has to ask elsewhere answers later. */
export type Authorizer = (action: Action) => Verdict | Promise<Verdict>;

export const noOpinion: Verdict = { decision: 'no opinion', reason: '' };
export const allowed: Verdict = { decision: 'allow', reason: '' };

/** Does it now with what is known now, else later. */
export const whenKnown = <T, R>(value: T | Promise<T>, act: (value: T) => R): R | Promise<Awaited<R>> =>
  value instanceof Promise ? (value.then(act) as Promise<Awaited<R>>) : act(value);

/** The first that has an opinion decides; nobody's opinion is a refusal with everybody's reasons. */
export const anyOf = (...authorizers: readonly Authorizer[]): Authorizer => {
  const askFrom = (first: number, action: Action, told: readonly Verdict[]): Verdict | Promise<Verdict> => {
    let heard = told;
    for (let i = first; i < authorizers.length; i++) {
      const verdict = authorizers[i]!(action);
      if (verdict instanceof Promise) {
        const before = heard;
        return verdict.then((v) => (v.decision === 'no opinion' ? askFrom(i + 1, action, [...before, v]) : v));
      }
      if (verdict.decision !== 'no opinion') return verdict;
      if (verdict !== noOpinion) heard = [...heard, verdict];
    }
    return undecided(heard);
  };
  return (action) => askFrom(0, action, none);
};

const none: readonly Verdict[] = [];

function undecided(heard: readonly Verdict[]): Verdict {
  const reasons = heard.flatMap((v) => v.reason || []);
  const error = aggregate(heard.flatMap((v) => v.error ?? []));
  return { ...noOpinion, reason: reasons.join('\n'), ...(error !== undefined && { error }) };
}

/** Errors as one, as upstream prints several: each once. */
export function aggregate(errors: readonly string[]): string | undefined {
  const all = [...new Set(errors)];
  return all.length > 1 ? `[${all.join(', ')}]` : all[0];
}

/** The group that may do anything, whatever RBAC says. */
export const mastersMay: Authorizer = ({ user }) => (user.groups.includes('system:masters') ? allowed : noOpinion);

/** Of `--authorization-mode AlwaysAllow`. */
export const everybodyMay: Authorizer = () => allowed;

/** Of `--authorization-mode AlwaysDeny`. */
export const nobodyMay: Authorizer = () => ({ decision: 'no opinion', reason: 'Everything is forbidden.' });

const selecting = new Set(['list', 'watch', 'deletecollection']);
/** Selectors don't count where the verb stands in the path: not all of these look at them. */
const oldWatch = /^\/+apis?\/[^/]+(\/[^/]+)?\/watch\//;

/** A request as an action. */
export function actionOf(user: UserInfo, info: RequestInfo, query: URLSearchParams): Action {
  const { verb, isResource, group, version, resource, subresource, namespace, name, path } = info;
  const action: Action = { user, verb, isResource, group, resource, subresource, namespace, name, path, version };
  if (!isResource || !selecting.has(verb) || oldWatch.test(path)) return action;
  return selectedBy(action, query.get('fieldSelector'), query.get('labelSelector'));
}

/** The action, narrowed down by selectors as they are written. */
export function selectedBy(
  action: Action,
  fields: string | null | undefined,
  labels: string | null | undefined,
): Action {
  const fieldSelector = fields ? understood(() => parseFieldSelector(fields)) : undefined;
  if (!fieldSelector && !labels) return action;
  return {
    ...action,
    ...(fieldSelector && { fieldSelector }),
    ...(labels && { labelSelector: () => understood(() => labelRequirements(labels)) ?? [] }),
  };
}

/** What labels must be, in upstream's order. */
export const labelRequirements = (text: string): readonly Requirement[] =>
  parseLabelSelector(text)
    .requirements.map((r) => ({ ...r, values: r.values.toSorted() }))
    .sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));

function understood<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    // The handler says what is wrong with it; to authorization it narrows nothing down.
    return undefined;
  }
}
