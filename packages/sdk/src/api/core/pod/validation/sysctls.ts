import { duplicate, type FieldError, invalid, type Path, required } from '../../../../machinery/index.ts';
import type { PodSpec } from '../pod-spec.ts';
import type { Sysctl } from '../security.ts';
import type { PodRules } from './rules.ts';

const segment = '[a-z0-9]([-_a-z0-9]*[a-z0-9])?';
const pattern = `^(${segment}[\\./])*${segment}$`;
const isName = new RegExp(pattern);
const longestName = 253;

const ipcNames = new Set([
  'kernel.sem',
  'kernel.shmall',
  'kernel.shmmax',
  'kernel.shmmni',
  'kernel.shm_rmid_forced',
  'kernel.shm',
  'kernel.msgmax',
  'kernel.msgmnb',
  'kernel.msgmni',
  'kernel.msg',
]);

type Host = Pick<PodSpec, 'hostNetwork' | 'hostIPC'>;

/** Why a sysctl can't be the pod's own: the namespace it belongs to is the host's. */
function hostProblem(name: string, { hostNetwork, hostIPC }: Host): string | undefined {
  const dotted = normalized(name).split('*')[0]!;
  if (hostNetwork && dotted.startsWith('net.')) return "may not be specified when 'hostNetwork' is true";
  const isIpc = ipcNames.has(dotted) || dotted.startsWith('fs.mqueue.');
  return hostIPC && isIpc ? "may not be specified when 'hostIPC' is true" : undefined;
}

export const isHostSysctl = (name: string, host: Host): boolean => hostProblem(name, host) !== undefined;

/** With dots between the segments: where slashes come first, dots and slashes have changed places. */
function normalized(name: string): string {
  const first = /[./]/.exec(name)?.[0];
  if (first !== '/') return name;
  return name.replace(/[./]/g, (c) => (c === '/' ? '.' : '/'));
}

export function validateSysctls(
  errors: FieldError[],
  sysctls: readonly Sysctl[],
  at: Path,
  { host, rules }: { host: Host; rules: PodRules },
): void {
  const names = new Set<string>();
  for (const [i, { name }] of sysctls.entries()) {
    const here = at.index(i).child('name');
    if (!name) errors.push(required(here));
    else if (name.length > longestName || !isName.test(name)) {
      errors.push(invalid(here, name, `must have at most ${longestName} characters and match regex ${pattern}`));
    } else if (names.has(name)) errors.push(duplicate(here, name));
    const problem = rules.allowHostSysctls ? undefined : hostProblem(name, host);
    if (problem) errors.push(invalid(here, name, problem));
    names.add(name);
  }
}
