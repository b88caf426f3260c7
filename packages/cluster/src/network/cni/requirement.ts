import { access, constants } from 'node:fs/promises';
import { join } from 'node:path';
import { type CommandError, type Commands } from '../commands.ts';
import { baseTable } from '../proxy/base-table.ts';
import { replaceTable } from '../proxy/nft-table.ts';
import type { CniConfig } from './config.ts';
import { hostPortPlugin, neededPlugins } from './conflist.ts';

/** Something that the network needs of the machine. */
export interface Requirement {
  /** What is needed and for what, in one line. */
  what: string;
  /** The command that provides it. */
  remedy: string;
  /** Without it the network works but for what `what` names. */
  isOptional: boolean;
  holds: boolean;
  /** What the machine said, where it said something. */
  detail?: string;
}

/** The network can't be set up; the message names every unmet requirement with its remedy. */
export class NetworkRequirementError extends Error {
  readonly unmet: readonly Requirement[];

  constructor(unmet: readonly Requirement[]) {
    const lines = unmet.map(({ what, remedy, detail }) => `${what}${detail ? ` (${detail})` : ''}: ${remedy}`);
    super(`the machine lacks what the pod network needs:\n${lines.join('\n')}`);
    this.name = 'NetworkRequirementError';
    this.unmet = unmet;
  }
}

/** Where distributions put the CNI plugins. */
export const pluginDirs = ['/usr/lib/cni', '/opt/cni/bin', '/usr/libexec/cni'] as const;

/** The directory that has the plugins: the configured one, or the first of the usual ones that has them all. */
export async function findPluginDir({ binDir }: Pick<CniConfig, 'binDir'>): Promise<string | undefined> {
  for (const dir of binDir === undefined ? pluginDirs : [binDir]) {
    const found = await Promise.all(neededPlugins.map((plugin) => isExecutable(join(dir, plugin))));
    if (found.every(Boolean)) return dir;
  }
  return undefined;
}

/** Looks at everything the pod network and the service proxy need; changes nothing. */
export async function checkRequirements(
  commands: Commands,
  config: CniConfig,
  signal?: AbortSignal,
): Promise<Requirement[]> {
  const binDir = await findPluginDir(config);
  const ask = async (program: string, args: string[], stdin?: string): Promise<Answer> => {
    try {
      const said = await commands.run(program, args, {
        ...(signal && { signal }),
        ...(stdin !== undefined && { stdin }),
      });
      return { ok: true, said: said.trim() };
    } catch (err) {
      signal?.throwIfAborted();
      return { ok: false, said: (err as CommandError).message };
    }
  };
  const { forwarding, bridged } = switchesOf(config);
  const [nft, bridge, forward, iptables] = await Promise.all([
    ask('nft', ['--check', '-f', '-'], tableOfEverything(config)),
    ask('cat', [bridged.file]),
    ask('cat', [forwarding.file]),
    ask('iptables', ['-S', 'FORWARD']),
  ]);
  const isPortmapThere = binDir !== undefined && (await isExecutable(join(binDir, hostPortPlugin)));
  return [
    {
      what: 'the standard CNI plugins',
      remedy: 'apt-get install containernetworking-plugins',
      isOptional: false,
      holds: binDir !== undefined,
    },
    {
      what: 'nftables with maps and NAT, for services and masquerading',
      remedy: 'apt-get install nftables && modprobe -a nf_tables nft_chain_nat nft_masq nft_reject nft_fib',
      isOptional: false,
      holds: nft.ok,
      ...(!nft.ok && { detail: nft.said.slice(0, 300) }),
    },
    {
      what: 'bridge netfilter, for pods that reach a pod of their own node through a service',
      remedy: `modprobe br_netfilter && sysctl -w ${bridged.name}=1`,
      isOptional: false,
      holds: bridge.said === '1',
    },
    {
      what: 'forwarding of packets',
      remedy: `sysctl -w ${forwarding.name}=1`,
      isOptional: false,
      holds: forward.said === '1',
    },
    {
      what: 'iptables and the portmap plugin, for host ports',
      remedy: 'apt-get install iptables containernetworking-plugins',
      isOptional: true,
      holds: iptables.ok && isPortmapThere,
    },
  ];
}

interface Answer {
  ok: boolean;
  said: string;
}

/** The kernel's switches that must be on. */
export function switchesOf({ family }: Pick<CniConfig, 'family'>) {
  const named = (name: string) => ({ name, file: `/proc/sys/${name.replaceAll('.', '/')}` });
  return family === 'ip'
    ? { forwarding: named('net.ipv4.ip_forward'), bridged: named('net.bridge.bridge-nf-call-iptables') }
    : { forwarding: named('net.ipv6.conf.all.forwarding'), bridged: named('net.bridge.bridge-nf-call-ip6tables') };
}

/** A table with each kind of rule that we write, for nft and the kernel to judge without making it. */
function tableOfEverything({ family, clusterCIDR, table }: CniConfig): string {
  const base = { family, podCIDRs: [clusterCIDR], serviceCIDRs: [], masqueradeMark: 0x4000, nodePortAddresses: [] };
  return replaceTable(`${family} ${table}-check`, baseTable(base));
}

async function isExecutable(file: string): Promise<boolean> {
  return access(file, constants.X_OK).then(
    () => true,
    () => false,
  );
}
