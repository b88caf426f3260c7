import { Scanner } from './scanner.ts';

/** A whole number that is written as if it weren't: `2.0`, `1e2`. Upstream's decoders refuse it for an integer. */
export interface WholeFloat {
  readonly text: string;
  /** Members and positions from the root. */
  readonly path: readonly (string | number)[];
}

/** Where such a number might stand; inside of strings it looks the same. */
const suspicious = /[:,[\s]-?\d+(\.\d+([eE][-+]?\d+)?|[eE][-+]?\d+)\s*[,\]}]/;

/** Those of a JSON text, which has been parsed before. Few texts have any: the others are only looked over. */
export function findWholeFloats(text: string): readonly WholeFloat[] {
  if (!suspicious.test(text)) return [];
  return [...new Scanner(text).numbers()].filter((n) => /[.eE]/.test(n.text) && Number.isInteger(Number(n.text)));
}
