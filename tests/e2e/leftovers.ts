import { createHash } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

const said = (program: string, ...args: string[]) =>
  execFileSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).split('\n');

const cgroupsBelow = (dir: string): string[] =>
  readdirSync(dir, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? [`${dir}/${entry.name}`, ...cgroupsBelow(`${dir}/${entry.name}`)] : [],
  );

/** Everything on this machine that bears the mark of a cluster: mounts, links, tables, rules, routes, processes, cgroups. */
export function leftoversOf(dataDir: string): string[] {
  const id = `tiphys${createHash('sha256').update(dataDir).digest('hex').slice(0, 6)}`;
  const everything: [what: string, lines: string[]][] = [
    ['mount', readFileSync('/proc/self/mountinfo', 'utf8').split('\n')],
    ['link', said('ip', '-o', 'link')],
    ['route', said('ip', 'route', 'show', 'table', 'all')],
    ['nft', said('nft', 'list', 'ruleset')],
    ['process', said('ps', '-eo', 'args').filter((line) => /^\S*(containerd|runc)/.test(line))],
    ['cgroup', cgroupsBelow('/sys/fs/cgroup')],
    ['run', readdirSync('/run')],
  ];
  const isOfIt = (line: string) => line.toLowerCase().includes(id) || line.includes(dataDir);
  return everything.flatMap(([what, lines]) => lines.filter(isOfIt).map((line) => `${what}: ${line}`));
}

/** Network namespaces of pods don't tell whose they are. */
export const podNamespaces = (): string[] => {
  try {
    return readdirSync('/run/netns').toSorted();
  } catch {
    // None has ever been made.
    return [];
  }
};
