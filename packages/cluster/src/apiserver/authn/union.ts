import { BadCredentials, type Known, type Knows } from './known.ts';

/**
 * Asks one after the other until somebody knows. What was wrong for one may be right for the next; only when nobody knows are
 * all problems told. Nothing is promised as long as nobody has to ask elsewhere: most credentials are known at once.
 */
export const firstOf =
  <T>(authenticators: readonly Knows<T>[]): Knows<T> =>
  (shown, audiences) => {
    let failures: readonly BadCredentials[] | undefined;
    for (let i = 0; i < authenticators.length; i++) {
      try {
        const found = authenticators[i]!(shown, audiences);
        if (found instanceof Promise) {
          return goOn(found, authenticators.slice(i + 1), { shown, audiences, failures: failures ?? [] });
        }
        if (found) return found;
      } catch (err) {
        failures = [...(failures ?? []), failureOf(err)];
      }
    }
    if (failures) throw BadCredentials.of(failures);
    return undefined;
  };

interface Asked<T> {
  readonly shown: T;
  readonly audiences: readonly string[];
  readonly failures: readonly BadCredentials[];
}

async function goOn<T>(
  first: Promise<Known | undefined>,
  rest: readonly Knows<T>[],
  { shown, audiences, failures }: Asked<T>,
): Promise<Known | undefined> {
  const found = [...failures];
  for (const answer of [() => first, ...rest.map((knows) => () => knows(shown, audiences))]) {
    try {
      const known = await answer();
      if (known) return known;
    } catch (err) {
      found.push(failureOf(err));
    }
  }
  if (found.length) throw BadCredentials.of(found);
  return undefined;
}

function failureOf(err: unknown): BadCredentials {
  if (err instanceof BadCredentials) return err;
  throw err;
}
