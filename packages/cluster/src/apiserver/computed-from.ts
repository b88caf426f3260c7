/** What is computed from something, computed anew only when that is another: lists are replaced, never changed. */
export function computedFrom<F, T>(from: () => F, compute: (from: F) => T): () => T {
  let last: { readonly from: F; readonly value: T } | undefined;
  return () => {
    const now = from();
    if (!last || last.from !== now) last = { from: now, value: compute(now) };
    return last.value;
  };
}

/** The same from two things. */
export function computedFromBoth<A, B, T>(a: () => A, b: () => B, compute: (a: A, b: B) => T): () => T {
  const fromA = computedFrom(a, (one) => computedFrom(b, (other) => compute(one, other)));
  return () => fromA()();
}
