import { Command, Option } from 'commander';
import { flags, parseAddress, parsePort } from '../flags.ts';
import type { Level } from '../logger.ts';
import { stopSignal } from '../stop-signal.ts';

interface Flags {
  dataDir: string;
  securePort: number;
  bindAddress: string;
  tokenAuthFile?: string;
  serviceClusterIpRange: string;
  allowPrivileged: boolean;
  enableAdmissionPlugins: readonly string[];
  etcdServers?: readonly string[];
  etcdCafile?: string;
  etcdCertfile?: string;
  etcdKeyfile?: string;
  logLevel: Level;
}

export const apiserverCommand = (): Command =>
  new Command('apiserver')
    .description('The API server alone, over the store in its data directory.')
    .addOption(flags.dataDir())
    .addOption(new Option('--secure-port <port>', 'port of HTTPS').argParser(parsePort).default(6443))
    .addOption(new Option('--bind-address <ip>', 'address to listen on').argParser(parseAddress).default('0.0.0.0'))
    .addOption(flags.tokenAuthFile())
    .addOption(flags.serviceRange('10.0.0.0/24'))
    .addOption(flags.allowPrivileged())
    .addOption(
      new Option('--enable-admission-plugins <names>', 'plugins beside the default ones, such as NodeRestriction')
        .argParser((names) => names.split(',').filter(Boolean))
        .default([], 'none'),
    )
    .addOption(
      new Option(
        '--etcd-servers <urls>',
        'members of an etcd cluster to store in, scheme://ip:port,…; without them the store is in the data directory',
      ).argParser((urls) => urls.split(',').filter(Boolean)),
    )
    .addOption(new Option('--etcd-cafile <file>', "the authority of etcd's certificates"))
    .addOption(new Option('--etcd-certfile <file>', 'the certificate to show to etcd'))
    .addOption(new Option('--etcd-keyfile <file>', 'its key'))
    .addOption(flags.logLevel())
    .action(async ({ logLevel, etcdServers, ...options }: Flags) => {
      const { signal } = stopSignal();
      const { runApiServer } = await import('../apiserver.ts');
      const etcd = etcdServers && { etcd: { ...options, etcdServers } };
      await runApiServer({ ...options, ...etcd, portFlag: '--secure-port' }, logLevel, signal);
    });
