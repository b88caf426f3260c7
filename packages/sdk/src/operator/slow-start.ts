/**
 * Does the same thing `count` times, one at first and twice as many each time it goes well, so that a thing that can't work
 * is tried once and not five hundred times. Resolves to how often it was done; rejects with the first failure, after
 * the batch that it happened in.
 */
export async function slowStart(count: number, once: (index: number) => Promise<unknown>): Promise<number> {
  let done = 0;
  for (let batch = Math.min(1, count); batch > 0; batch = Math.min(batch * 2, count - done)) {
    const results = await Promise.allSettled(Array.from({ length: batch }, (_, i) => once(done + i)));
    const failed = results.find((r) => r.status === 'rejected');
    if (failed) throw failed.reason;
    done += batch;
  }
  return done;
}
