import { re2 } from '../../../machinery/index.ts';
import type { CallEstimate, CallToEstimate } from '../../declarations.ts';
import type { Library } from '../../env.ts';
import { FoundTexts } from '../../lists.ts';
import { types } from '../../types.ts';
import { EvalError, type Int, type Result, type Value } from '../../values.ts';
import { exactly, product, scaled, sum } from '../estimates.ts';
import { fn, member, perCharacter } from '../functions.ts';
import { sizeOf } from '../sizes.ts';

const perPatternCharacter = 0.25;

const searching = {
  cost: ([text, pattern]: readonly Value[]): number =>
    Math.ceil((1 + sizeOf(text!)) * perCharacter) * Math.ceil(sizeOf(pattern!) * perPatternCharacter),
  estimate: ({ target, args: [pattern] }: CallToEstimate): CallEstimate => ({
    cost: product(scaled(sum(target!.size, exactly(1)), perCharacter), scaled(pattern!.size, perPatternCharacter)),
    resultSize: { min: 0, max: target!.size.max },
  }),
};

function matches(text: string, pattern: string, most: number): readonly string[] | EvalError {
  try {
    return re2(pattern).findAll(text, most);
  } catch (err) {
    return new EvalError(`Illegal regex: ${(err as Error).message}`);
  }
}

function find(text: string, pattern: string): Result {
  const found = matches(text, pattern, 1);
  return found instanceof EvalError ? found : (found[0] ?? '');
}

function findAll(text: string, pattern: string, most: Int = -1): Result {
  const found = matches(text, pattern, most < 0 ? Infinity : Number(most));
  return found instanceof EvalError ? found : new FoundTexts(found);
}

const { string } = types;

export const regexFunctions: Library = {
  name: 'kubernetes.regex',
  functions: [
    {
      ...fn(
        'find',
        member('string_find_string', { parameters: [string, string], result: string, call: find, ...searching }),
      ),
      takesPattern: true,
    },
    {
      ...fn(
        'findAll',
        member('string_find_all_string', {
          parameters: [string, string],
          result: types.list(string),
          call: findAll,
          ...searching,
        }),
        member('string_find_all_string_int', {
          parameters: [string, string, types.int],
          result: types.list(string),
          call: findAll,
          ...searching,
        }),
      ),
      takesPattern: true,
    },
  ],
};
