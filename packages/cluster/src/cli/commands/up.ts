import { Command, InvalidArgumentError, Option } from 'commander';
import { auditFlags, auditOptionsOf } from '../audit-flags.ts';
import {
  authenticationFlags,
  type AuthenticationFlags,
  authenticationNotes,
  authenticationOptionsOf,
} from '../authentication-flags.ts';
import { agreedGates, featureGatesFlag, idleGatesNote } from '../feature-gates.ts';
import { flags, parseAddress, parsePort } from '../flags.ts';
import type { Level } from '../logger.ts';
import { stopSignal } from '../stop-signal.ts';

interface Flags extends Omit<AuthenticationFlags, 'authorizationMode'> {
  dataDir: string;
  port: number;
  bindAddress?: string;
  serviceClusterIpRange: string;
  clusterCidr: string;
  allowPrivileged: boolean;
  runtimeConfig?: string;
  featureGates?: ReadonlyMap<string, boolean>;
  nodes?: number;
  node: boolean;
  keepPods?: boolean;
  kubeletPort: number;
  serveEtcd?: string;
  output: 'text' | 'json';
  logLevel: Level;
}

export const upCommand = (): Command => {
  const command = new Command('up')
    .description(
      'A whole cluster in the foreground: control plane, and this machine as its node (with root and containerd) or simulated nodes.',
    )
    .addOption(flags.dataDir())
    .addOption(new Option('--port <port>', 'port of the API server').argParser(parsePort).default(6443))
    .addOption(
      new Option('--bind-address <ip>', 'address to listen on')
        .argParser(parseAddress)
        .default(undefined, '0.0.0.0 with a real node, 127.0.0.1 without'),
    )
    .addOption(
      new Option('--nodes <nodes>', 'sim:N for N simulated nodes, which need nothing of the machine').argParser(
        parseNodes,
      ),
    )
    .option('--no-node', 'no node at all: the control plane alone')
    .addOption(flags.serviceRange('10.96.0.0/12'))
    .addOption(flags.clusterCidr())
    .addOption(flags.allowPrivileged())
    .addOption(flags.runtimeConfig())
    .addOption(featureGatesFlag())
    .addOption(flags.kubeletPort())
    .addOption(flags.serveEtcd())
    .option('--keep-pods', 'leave the pods running at the end, to be taken over by the next start')
    .addOption(
      new Option('-o, --output <format>', 'how to tell that it is ready').choices(['text', 'json']).default('text'),
    )
    .addOption(flags.logLevel());
  for (const option of [...authenticationFlags(), ...auditFlags()]) command.addOption(option);
  return command.action(run);
};

async function run({ featureGates = new Map(), ...options }: Flags, command: Command): Promise<void> {
  const gates = agreedGates(featureGates);
  const who = { ...options, authorizationMode: [] };
  const authentication = authenticationOptionsOf(who, command);
  for (const text of authenticationNotes(who)) process.stderr.write(`tiphys up: ${text}\n`);
  const stop = stopSignal(options.keepPods);
  const { servingGates } = await import('../../apiserver/index.ts');
  const note = idleGatesNote(featureGates, servingGates);
  if (note) process.stderr.write(`tiphys up: ${note}\n`);
  const { runUp } = await import('../up.ts');
  await runUp({ ...options, featureGates: gates, authentication, audit: auditOptionsOf(options) }, stop);
}

function parseNodes(text: string): number {
  const [, count] = /^sim:(\d+)$/.exec(text) ?? [];
  if (!count) throw new InvalidArgumentError('Say sim:N, such as sim:3.');
  return Number(count);
}
