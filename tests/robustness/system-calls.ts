/** A system call of a traced program: where in the trace it began and was done. */
export interface SystemCall {
  readonly name: string;
  readonly args: string;
  readonly result: string;
  readonly began: number;
  readonly done: number;
}

const complete = /^(\d+)\s+(\w+)\((.*)\)\s+= (.*)$/s;
const unfinished = /^(\d+)\s+(\w+)\((.*) <unfinished \.\.\.>$/s;
const resumed = /^(\d+)\s+<\.\.\. (\w+) resumed>(.*)\)\s+= (.*)$/s;

/** The calls in what `strace -f` wrote, in the order in which they were done. */
export function systemCalls(trace: string): SystemCall[] {
  const calls: SystemCall[] = [];
  const begun = new Map<string, { name: string; args: string; began: number }>();
  for (const [at, line] of trace.split('\n').entries()) {
    const whole = complete.exec(line);
    const start = unfinished.exec(line);
    const end = resumed.exec(line);
    if (end) {
      const [, thread = '', name = '', rest = '', result = ''] = end;
      const call = begun.get(thread);
      if (call?.name === name) calls.push({ name, args: call.args + rest, result, began: call.began, done: at });
      begun.delete(thread);
    } else if (start) {
      const [, thread = '', name = '', args = ''] = start;
      begun.set(thread, { name, args, began: at });
    } else if (whole) {
      const [, , name = '', args = '', result = ''] = whole;
      calls.push({ name, args, result, began: at, done: at });
    }
  }
  return calls;
}

const isWrite = (c: SystemCall) => /^(pwrite64|pwritev|pwritev2|write|writev)$/.test(c.name);
const isSync = (c: SystemCall) => /^(fsync|fdatasync)$/.test(c.name) && c.result.startsWith('0');
const descriptor = (c: SystemCall) => /^\d+/.exec(c.args)?.[0];

/**
 * The values that a program wrote to its standard output as `ack VALUE` before they had reached the disk. They have when the
 * data file was written with them, then synced, and then the page that makes them count was written and synced too: through a
 * descriptor that syncs every write, or by a sync of its own. All of it before the acknowledgement began.
 */
export function acknowledgedTooEarly(
  calls: readonly SystemCall[],
  dataFile: string,
): { values: string[]; acks: number } {
  const ofData = calls.filter((c) => c.args.includes(`${dataFile}>`));
  const opened = calls.filter((c) => c.name === 'openat' && c.args.includes(`${dataFile}"`));
  const synchronous = new Set(opened.filter((c) => /O_D?SYNC/.test(c.args)).map((c) => /^\d+/.exec(c.result)?.[0]));
  const values: string[] = [];
  let acks = 0;
  for (const ack of calls) {
    const value = ack.name === 'write' && /^1<.*"ack (\S+)\\n"/.exec(ack.args)?.[1];
    if (!value) continue;
    acks++;
    const before = (c: SystemCall) => c.done < ack.began;
    const written = ofData.find((c) => isWrite(c) && c.args.includes(value) && before(c));
    const synced = written && ofData.find((c) => isSync(c) && c.began > written.done && before(c));
    const counted =
      synced &&
      ofData.find((c) => {
        if (!isWrite(c) || c.began < synced.done || !before(c)) return false;
        return synchronous.has(descriptor(c)) || ofData.some((s) => isSync(s) && s.began > c.done && before(s));
      });
    if (!counted) values.push(value);
  }
  return { values, acks };
}
