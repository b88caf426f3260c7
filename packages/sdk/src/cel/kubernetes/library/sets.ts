import type { CallEstimate, CallToEstimate } from '../../declarations.ts';
import type { Library } from '../../env.ts';
import { equals } from '../../equality.ts';
import { types } from '../../types.ts';
import { isError, type ListValue, type Value } from '../../values.ts';
import { exactly, product, scaled, sum } from '../estimates.ts';
import { fn, overload } from '../functions.ts';
import { elementsOf } from '../list-elements.ts';
import { sizeOf } from '../sizes.ts';

const contains = (list: ListValue, item: Value): boolean => {
  for (const element of elementsOf(list)) if (!isError(element) && equals(element, item)) return true;
  return false;
};

const every = (part: ListValue, whole: ListValue): boolean =>
  Array.from(elementsOf(part)).every((e) => !isError(e) && contains(whole, e));

const intersects = (a: ListValue, b: ListValue): boolean =>
  Array.from(elementsOf(a)).some((e) => !isError(e) && contains(b, e));

const list = types.list(types.param('T'));

/** Each element is compared with each of the other list, so many times over. */
const comparing = (name: string, times: number, call: (a: ListValue, b: ListValue) => boolean) =>
  fn(
    `sets.${name}`,
    overload(`list_sets_${name}_list`, {
      parameters: [list, list],
      result: types.bool,
      call,
      cost: ([a, b]) => 1 + sizeOf(a!) * sizeOf(b!) * times,
      estimate: ({ args: [a, b] }: CallToEstimate): CallEstimate => ({
        cost: sum(scaled(product(a!.size, b!.size), times), exactly(1)),
      }),
    }),
  );

export const setFunctions: Library = {
  name: 'cel.lib.ext.sets',
  functions: [
    comparing('contains', 1, (whole, part) => every(part, whole)),
    comparing('intersects', 1, intersects),
    comparing('equivalent', 2, (a, b) => every(b, a) && every(a, b)),
  ],
};
