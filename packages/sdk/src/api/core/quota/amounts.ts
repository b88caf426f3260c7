import { compareQuantity, differenceOfQuantities, parseQuantity, sumOfQuantities } from '../../../machinery/index.ts';
import type { ResourceList } from '../pod/resource-totals.ts';

/** Arithmetic on amounts by resource name. */

const mapped = (list: ResourceList, f: (amount: string, name: string) => string | undefined): ResourceList =>
  Object.fromEntries(
    Object.entries(list).flatMap(([name, amount]) => {
      const next = f(amount, name);
      return next === undefined ? [] : [[name, next]];
    }),
  );

export const addAmounts = (a: ResourceList, b: ResourceList): ResourceList => ({
  ...a,
  ...mapped(b, (amount, name) => (a[name] === undefined ? amount : sumOfQuantities(a[name], amount))),
});

/** What `a` has over `b`, where it has anything over. */
export const excessOf = (a: ResourceList, b: ResourceList): ResourceList =>
  withoutZeros(
    mapped(a, (amount, name) => {
      const before = b[name] ?? '0';
      return compareQuantity(amount, before) > 0 ? differenceOfQuantities(amount, before) : undefined;
    }),
  );

export const withoutZeros = (a: ResourceList): ResourceList =>
  mapped(a, (amount) => (parseQuantity(amount).nano === 0n ? undefined : amount));

export const only = (a: ResourceList, names: readonly string[]): ResourceList =>
  mapped(a, (amount, name) => (names.includes(name) ? amount : undefined));

/** Names of which there is more than may be. */
export const exceeding = (a: ResourceList, most: ResourceList): string[] =>
  Object.keys(a).filter((name) => most[name] !== undefined && compareQuantity(a[name]!, most[name]) > 0);
