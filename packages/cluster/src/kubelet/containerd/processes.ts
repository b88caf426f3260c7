import { readdir, readFile } from 'node:fs/promises';
import type { Clock } from '@tiphys/sdk/runtime';

export interface FoundProcess {
  readonly pid: number;
  readonly argv: readonly string[];
}

/** The machine's processes whose command line is as wanted. */
export async function findProcesses(wanted: (argv: readonly string[]) => boolean): Promise<FoundProcess[]> {
  const found: FoundProcess[] = [];
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    // It may have ended since.
    const line = await readFile(`/proc/${name}/cmdline`, 'utf8').catch(() => '');
    const argv = line.split('\0').slice(0, -1);
    if (argv.length && wanted(argv)) found.push({ pid: Number(name), argv });
  }
  return found;
}

/** Asks processes to end, makes those that don't within the time, and resolves when none of them is left. */
export async function endProcesses(pids: readonly number[], clock: Clock, patienceMs: number): Promise<void> {
  let left = pids.filter((pid) => signal(pid, 'SIGTERM'));
  const killAt = clock.monotonic() + patienceMs;
  let isKilled = false;
  while (left.length) {
    await clock.sleep(pollMs);
    if (!isKilled && clock.monotonic() >= killAt) {
      isKilled = true;
      left.forEach((pid) => signal(pid, 'SIGKILL'));
    }
    const states = await Promise.all(left.map(isGone));
    left = left.filter((_, i) => !states[i]);
  }
}

/** The kernel tells of the end of children alone, and these may be somebody else's. */
const pollMs = 20;

/** False when there is no such process any more. */
function signal(pid: number, name: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, name);
  } catch (err) {
    if ((err as NodeJS.ErrnoException).code === 'ESRCH') return false;
    throw err;
  }
}

/** One that its parent hasn't buried yet holds nothing any more. */
async function isGone(pid: number): Promise<boolean> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  return stat === undefined || stat.slice(stat.lastIndexOf(')') + 2).startsWith('Z');
}
