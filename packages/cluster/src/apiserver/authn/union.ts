import { BadCredentials, type Known, type Knows } from './known.ts';

/**
 * Asks one after the other until somebody knows. What was wrong for one may be right for the next; only when nobody knows are
 * all problems told. Nothing is promised as long as nobody has to ask elsewhere: most credentials are known at once.
 */
export const firstOf =
  <T>(authenticators: readonly Knows<T>[]): Knows<T> =>
  (shown, audiences) => {
    let problems: readonly string[] | undefined;
    for (let i = 0; i < authenticators.length; i++) {
      try {
        const found = authenticators[i]!(shown, audiences);
        if (found instanceof Promise) {
          return goOn(found, authenticators.slice(i + 1), { shown, audiences, problems: problems ?? [] });
        }
        if (found) return found;
      } catch (err) {
        problems = [...(problems ?? []), ...problemsOf(err)];
      }
    }
    if (problems) throw new BadCredentials(...problems);
    return undefined;
  };

interface Asked<T> {
  readonly shown: T;
  readonly audiences: readonly string[];
  readonly problems: readonly string[];
}

async function goOn<T>(
  first: Promise<Known | undefined>,
  rest: readonly Knows<T>[],
  { shown, audiences, problems }: Asked<T>,
): Promise<Known | undefined> {
  const found = [...problems];
  for (const answer of [() => first, ...rest.map((knows) => () => knows(shown, audiences))]) {
    try {
      const known = await answer();
      if (known) return known;
    } catch (err) {
      found.push(...problemsOf(err));
    }
  }
  if (found.length) throw new BadCredentials(...found);
  return undefined;
}

function problemsOf(err: unknown): readonly string[] {
  if (err instanceof BadCredentials) return err.problems;
  throw err;
}
