import { quoted } from '@tiphys/sdk/machinery';
import type { ServerRequest, UserInfo } from '../context.ts';

/** Somebody whom credentials stand for, and to which of the wanted audiences they are addressed. */
export interface Known {
  readonly user: UserInfo;
  readonly audiences: readonly string[];
  /** What the audit log is told of the credentials. */
  readonly notes?: Notes;
  /** What the client had better know of them. */
  readonly warning?: string;
}

/**
 * Knows one kind of credentials: who is behind them, or undefined when they aren't of its own. Throws `BadCredentials` for its own
 * that are no good. Whoever has to ask elsewhere promises.
 */
export type Knows<T> = (shown: T, audiences: readonly string[]) => Known | undefined | Promise<Known | undefined>;

/** What of a request tells who asks. */
export type Shown = Pick<
  ServerRequest,
  'path' | 'headers' | 'clientCertificate' | 'certificateProblem' | 'frontProxyCertificate'
>;

export type RequestAuthenticator = Knows<Shown>;
export type TokenAuthenticator = Knows<string>;

/** What is wrong with credentials. Only those who may review tokens are told. */
export class BadCredentials extends Error {
  readonly problems: readonly string[];
  #notes: Notes | undefined;

  constructor(...problems: readonly string[]) {
    super(aggregate(problems));
    this.problems = problems;
  }

  /** What is wrong for several who were asked. */
  static of(failures: readonly BadCredentials[]): BadCredentials {
    const all = new BadCredentials(...failures.flatMap(({ problems }) => problems));
    for (const { notes } of failures) if (notes) all.noted(notes);
    return all;
  }

  /** What the audit log is told of the credentials. */
  get notes(): Notes | undefined {
    return this.#notes;
  }

  noted(notes: Notes): this {
    this.#notes = { ...this.#notes, ...notes };
    return this;
  }
}

type Notes = Readonly<Record<string, string>>;

/** Several problems as upstream tells them, each once: several who ask the same may find the same. */
export function aggregate(problems: readonly string[]): string {
  const each = [...new Set(problems)];
  return each.length === 1 ? each[0]! : `[${each.join(', ')}]`;
}

/** Words as Go quotes a list of them. */
export const quotedList = (words: readonly string[]): string => `[${words.map((w) => quoted(w)).join(' ')}]`;

export const authenticatedGroup = 'system:authenticated';
export const unauthenticatedGroup = 'system:unauthenticated';
export const anonymousName = 'system:anonymous';

/** Everybody who isn't nobody in particular is in a group for it. The same user each time for the same user. */
export function withAuthenticated(user: UserInfo): UserInfo {
  const { name, groups } = user;
  if (name === anonymousName || groups.includes(authenticatedGroup) || groups.includes(unauthenticatedGroup))
    return user;
  let known = completed.get(user);
  if (!known) completed.set(user, (known = { ...user, groups: [...groups, authenticatedGroup] }));
  return known;
}

const completed = new WeakMap<UserInfo, UserInfo>();

const nobodyElse: readonly string[] = [];

/** Those of the wanted audiences that are the server's own: what credentials are for that say nothing of whom they are for. */
export function ownOf(wanted: readonly string[], own: readonly string[]): readonly string[] {
  if (wanted === own) return own;
  const shared = wanted.filter((a) => own.includes(a));
  return shared.length ? shared : nobodyElse;
}
