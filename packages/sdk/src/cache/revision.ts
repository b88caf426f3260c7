/** Negative, zero or positive as revision `a` is older than, the same as or newer than `b`. Decimal numbers of any length. */
export function compareRevisions(a: string, b: string): number {
  if (a === b) return 0;
  if (a.length !== b.length) return a.length - b.length;
  return a < b ? -1 : 1;
}
