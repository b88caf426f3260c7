import type { Action, Authorizer, Verdict } from './authorizer.ts';

/** Answers at once. */
export type PromptAuthorizer = (action: Action) => Verdict;

const unknown: Verdict = { decision: 'no opinion', reason: '' };

/**
 * Does what can't wait in its middle (an expression that asks who may do what): where an answer isn't there yet, what came out is
 * thrown away, and it is done again when the answer is there. It must have no effect but its result.
 */
export function promptly<T>(authorizer: Authorizer, act: (ask: PromptAuthorizer) => T): T | Promise<T> {
  const known = new Map<string, Verdict>();
  const attempt = (): T | Promise<T> => {
    const awaited: Promise<unknown>[] = [];
    const ask: PromptAuthorizer = (action) => {
      const verdict = (known.size && known.get(keyOf(action))) || authorizer(action);
      if (!(verdict instanceof Promise)) return verdict;
      awaited.push(verdict.then((v) => known.set(keyOf(action), v)));
      return unknown;
    };
    let result: T | undefined;
    let thrown: { readonly error: unknown } | undefined;
    try {
      result = act(ask);
    } catch (error) {
      thrown = { error };
    }
    if (awaited.length) return Promise.all(awaited).then(attempt);
    if (thrown) throw thrown.error;
    return result as T;
  };
  return attempt();
}

const keyOf = ({ labelSelector, ...action }: Action): string => JSON.stringify([action, labelSelector?.()]);
