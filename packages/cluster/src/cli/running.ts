import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { filesIn } from './data-dir.ts';

/** What a running `tiphys up` tells of itself in its data directory. */
export interface Running {
  readonly pid: number;
  /** The kernel's start time of the process: a pid alone may have been given to somebody else since. */
  readonly startTicks: string;
  readonly server: string;
  readonly nodes: string;
  readonly version: string;
}

export function writeRunning(dataDir: string, running: Omit<Running, 'startTicks'>): void {
  const full: Running = { ...running, startTicks: startTicks(running.pid) ?? '' };
  writeFileSync(filesIn(dataDir).state, `${JSON.stringify(full, null, 2)}\n`);
}

/** The cluster that runs on this data directory, if any. */
export function readRunning(dataDir: string): Running | undefined {
  let running: Running;
  try {
    running = JSON.parse(readFileSync(filesIn(dataDir).state, 'utf8')) as Running;
  } catch {
    // No file, or half of one: nothing is known to run here.
    return undefined;
  }
  return isAlive(running) ? running : undefined;
}

/** Whether that very process is there still. */
export const isAlive = ({ pid, startTicks: ticks }: Running): boolean => startTicks(pid) === ticks;

export function forgetRunning(dataDir: string): void {
  rmSync(filesIn(dataDir).state, { force: true });
}

/** Field 22 of /proc/PID/stat; where there is no /proc, whether the process can be signalled. */
function startTicks(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    // One that has ended stays there until its parent has heard of it.
    return fields[0] === 'Z' ? undefined : fields[19];
  } catch {
    try {
      process.kill(pid, 0);
      return process.platform === 'linux' ? undefined : '';
    } catch {
      return undefined;
    }
  }
}
