import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildProgram, withoutGo } from '../go/go-program.ts';

/** The one on the PATH, or the one that the set-up of the tests unpacked. */
function find(command: string, version: string): string | undefined {
  if (spawnSync(command, [version], { env: { PATH: process.env['PATH'], ETCDCTL_API: '3' } }).status === 0)
    return command;
  const unpacked = fileURLToPath(new URL(`../../../.cache/etcd/usr/bin/${command}`, import.meta.url));
  return existsSync(unpacked) ? unpacked : undefined;
}

export const etcd = find('etcd', '--version');
export const withoutEtcd = etcd ? false : 'etcd is not installed (Debian: etcd-server)';

/** One whose progress notices can be relied on. */
export const newerEtcd = '3.6';

/** The etcds to test against: each with why it can't be had here, if it can't, and what gives its program. */
export const etcds: readonly { readonly version: string; readonly without: string | false; program(): string }[] = [
  { version: '3.4', without: withoutEtcd, program: () => etcd! },
  { version: newerEtcd, without: withoutGo('etcd') ?? false, program: () => buildProgram('etcd') },
];
export const etcdctl = find('etcdctl', 'version');
export const withoutEtcdctl = etcdctl ? false : 'etcdctl is not installed (Debian: etcd-client)';

export interface Certificates {
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

export interface EtcdMember {
  readonly endpoint: string;
  readonly name: string;
  process: ChildProcess;
  restart(): void;
}

export interface EtcdServers extends AsyncDisposable {
  readonly members: readonly EtcdMember[];
  readonly endpoints: string[];
}

export interface EtcdOptions {
  /** Debian's when left out. */
  readonly program?: string;
  /** Clients must have one of the same authority. */
  readonly certificates?: Certificates;
  /** A data directory to go on from, of a cluster of one. */
  readonly restored?: string;
}

/** Members of one cluster on this machine, in a directory of their own unless told. */
export async function startEtcd(
  count: number,
  { program = etcd!, certificates, restored }: EtcdOptions = {},
): Promise<EtcdServers> {
  const dir = mkdtempSync(join(tmpdir(), 'tiphys-etcd-'));
  const ports = await freePorts(count * 2);
  const scheme = certificates ? 'https' : 'http';
  const parts = Array.from({ length: count }, (_, i) => ({
    name: `m${i}`,
    client: `${scheme}://127.0.0.1:${ports[2 * i]}`,
    peer: `http://127.0.0.1:${ports[2 * i + 1]}`,
  }));
  const cluster = parts.map((p) => `${p.name}=${p.peer}`).join(',');
  const tls = certificates ? tlsFlags(dir, certificates) : [];
  const members = parts.map(({ name, client, peer }) => {
    const flags = {
      name,
      'data-dir': restored ?? join(dir, name),
      'listen-client-urls': client,
      'advertise-client-urls': client,
      'listen-peer-urls': peer,
      'initial-advertise-peer-urls': peer,
      'initial-cluster': cluster,
      logger: 'zap',
      'log-level': 'fatal',
    };
    const args = [...Object.entries(flags).map(([flag, value]) => `--${flag}=${value}`), ...tls];
    const start = () => spawn(program, args, { stdio: 'ignore' });
    const member: EtcdMember = {
      name,
      endpoint: client,
      process: start(),
      restart: () => void (member.process = start()),
    };
    return member;
  });
  return {
    members,
    endpoints: members.map((m) => m.endpoint),
    async [Symbol.asyncDispose]() {
      for (const { process } of members) {
        if (process.exitCode !== null || process.signalCode !== null) continue;
        process.kill('SIGKILL');
        await once(process, 'exit');
      }
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

function tlsFlags(dir: string, certificates: Certificates): string[] {
  const file = (name: keyof Certificates) => {
    const path = join(dir, `${name}.pem`);
    writeFileSync(path, certificates[name], { mode: 0o600 });
    return path;
  };
  return [
    `--trusted-ca-file=${file('ca')}`,
    `--cert-file=${file('cert')}`,
    `--key-file=${file('key')}`,
    '--client-cert-auth',
  ];
}

export async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  await Promise.all(servers.map((s) => once(s, 'listening')));
  const ports = servers.map((s) => (s.address() as { port: number }).port);
  await Promise.all(servers.map((s) => new Promise((resolve) => s.close(resolve))));
  return ports;
}

/** The member whose status names itself. */
export async function leaderOf(members: readonly EtcdMember[]): Promise<EtcdMember> {
  for (const member of members) {
    const response = await fetch(`${member.endpoint}/v3/maintenance/status`, { method: 'POST', body: '{}' });
    const { header, leader } = (await response.json()) as { header: { member_id: string }; leader: string };
    if (leader === header.member_id) return member;
  }
  throw new Error('there is no leader');
}
