import { milliQuantity } from '../../../machinery/index.ts';

type Amounts = Record<string, string>;

/** Resources are counted in thousandths at the finest; what is finer is rounded up. Changes the lists. */
export function roundAmounts(holder: object, ...names: readonly string[]): void {
  for (const name of names) {
    const amounts = (holder as Record<string, Amounts | undefined>)[name];
    for (const [resource, amount] of Object.entries(amounts ?? {})) amounts![resource] = milliQuantity(amount);
  }
}
