/** Resolves when every one has ended, or rejects then with the first failure. Unlike `Promise.all` it leaves none running. */
export async function allEnded(promises: Iterable<Promise<unknown>>): Promise<void> {
  const all = [...promises];
  await Promise.allSettled(all);
  await Promise.all(all);
}
