import { withoutGo } from '../go/go-program.ts';
import { UpstreamApiServer } from '../go/upstream-apiserver.ts';
import { type EtcdServers, etcds, newerEtcd, startEtcd } from '../robustness/etcd-servers.ts';
import type { MeasuredServer } from './api-work.ts';
import type { LoadClient } from './load.ts';
import { cpuMicros, residentMiB } from './process-usage.ts';

export const upstreamName = 'kube-apiserver 1.36 and etcd 3.6';

/** Why there can be none, if so. */
export const upstreamIsMissing = (): string | undefined => withoutGo('kube-apiserver') ?? withoutGo('etcd');

/** A real kube-apiserver over an etcd of its own. */
export class Upstream implements MeasuredServer, AsyncDisposable {
  readonly #server: UpstreamApiServer;
  readonly #etcd: EtcdServers;

  private constructor(server: UpstreamApiServer, etcd: EtcdServers) {
    this.#server = server;
    this.#etcd = etcd;
  }

  static async start(): Promise<Upstream> {
    const etcd = await startEtcd(1, { program: etcds.find((e) => e.version === newerEtcd)!.program() });
    // A thousand watches come over four connections.
    const server = await UpstreamApiServer.start(etcd.endpoints, '--http2-max-streams-per-connection=1000');
    return new Upstream(server, etcd);
  }

  get client(): LoadClient {
    return this.#server.client;
  }

  /** How other clients are told of it. */
  get credentials(): readonly string[] {
    return this.#server.credentials;
  }

  get pids(): readonly number[] {
    return [this.#server.pid, ...this.#etcd.members.map((m) => m.process.pid!)];
  }

  /** Of both processes. */
  get rssMiB(): number {
    return this.pids.reduce((sum, pid) => sum + residentMiB(pid), 0);
  }

  async measure<T>(operations: number, work: () => Promise<T>): Promise<{ result: T; cpuUs: number }> {
    const used = () => this.pids.reduce((sum, pid) => sum + cpuMicros(pid), 0);
    const before = used();
    const result = await work();
    return { result, cpuUs: (used() - before) / operations };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server[Symbol.asyncDispose]();
    await this.#etcd[Symbol.asyncDispose]();
  }
}
