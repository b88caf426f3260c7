import type { Logger } from '@tiphys/sdk/runtime';
import { CommandError, type Commands } from '../commands.ts';
import type { CniConfig } from './config.ts';

/**
 * A packet passes only if every table of the machine lets it, and Docker and firewalld forward nothing that they don't know.
 * So they are told of the pods, each in its own words; where neither iptables nor firewalld is there, there is nobody to tell.
 */
export async function letPodsPass(
  commands: Commands,
  config: CniConfig,
  log: Logger,
  signal?: AbortSignal,
): Promise<void> {
  const options = signal && { signal };
  const iptables = (...args: string[]) => commands.run(iptablesOf(config), ['-w', '10', ...args], options);
  const { forwardChain: chain, clusterCIDR } = config;
  try {
    await iptables('-N', chain).catch(ignoreFailure);
    await iptables('-F', chain);
    for (const side of ['-s', '-d']) await iptables('-A', chain, side, clusterCIDR, '-j', 'ACCEPT');
    // First, for what stands before it may drop; asked anew each time, since others put theirs first too.
    await iptables('-D', 'FORWARD', '-j', chain).catch(ignoreFailure);
    await iptables('-I', 'FORWARD', '1', '-j', chain);
  } catch (err) {
    if (!(err instanceof CommandError)) throw err;
    if (!err.isMissing) log.warn('iptables could not be told of the pods', { err: err.message });
  }
  if (!(await isFirewalldRunning(commands, signal))) return;
  try {
    await commands.run('firewall-cmd', ['--zone=trusted', `--add-source=${clusterCIDR}`], options);
  } catch (err) {
    if (!(err instanceof CommandError)) throw err;
    log.warn('firewalld could not be told of the pods', { err: err.message });
  }
}

/** Whether iptables still knows of the pods, or there is no iptables to know. */
export async function arePodsLetPass(commands: Commands, config: CniConfig, signal: AbortSignal): Promise<boolean> {
  const check = ['-w', '10', '-C', 'FORWARD', '-j', config.forwardChain];
  return commands.run(iptablesOf(config), check, { signal }).then(
    () => true,
    (err: unknown) => {
      if (err instanceof CommandError) return err.isMissing;
      throw err;
    },
  );
}

/** Takes back what `letPodsPass` told. */
export async function forgetPods(commands: Commands, config: CniConfig): Promise<void> {
  const { forwardChain: chain, clusterCIDR } = config;
  const steps = [
    ['-D', 'FORWARD', '-j', chain],
    ['-F', chain],
    ['-X', chain],
  ];
  for (const step of steps) await commands.run(iptablesOf(config), ['-w', '10', ...step]).catch(ignoreFailure);
  if (!(await isFirewalldRunning(commands))) return;
  await commands.run('firewall-cmd', ['--zone=trusted', `--remove-source=${clusterCIDR}`]).catch(ignoreFailure);
}

async function isFirewalldRunning(commands: Commands, signal?: AbortSignal): Promise<boolean> {
  return commands.run('firewall-cmd', ['--state'], signal && { signal }).then(
    () => true,
    (err: unknown) => {
      if (err instanceof CommandError) return false;
      throw err;
    },
  );
}

const iptablesOf = ({ family }: CniConfig): string => (family === 'ip' ? 'iptables' : 'ip6tables');

/** For what may be there already, or gone already, or whose program isn't installed. */
function ignoreFailure(err: unknown): void {
  if (!(err instanceof CommandError)) throw err;
}
