import { backoff, Broadcast, type Clock, isAbort, type Logger } from '@tiphys/sdk/runtime';
import { CommandError, type Commands } from '../commands.ts';
import type { BaseTableConfig } from './base-table.ts';
import { type HealthCheckServers, healthCheckOf } from './health-check.ts';
import type { ProxyMetrics } from './metrics.ts';
import { diffTables, replaceTable } from './nft-table.ts';
import { Ruleset } from './ruleset.ts';
import type { ProxyService } from './service.ts';
import { forgetStaleFlows, UdpDestinations } from './stale-flows.ts';

export interface ProxierConfig extends BaseTableConfig {
  /** The name of the nftables table; everything in it is ours. */
  table: string;
  /** The least time from one transaction to the next; what changes meanwhile goes together. */
  minSyncMs: number;
  /** How often to look whether the table is still the one we made. */
  checkMs: number;
}

export interface ProxierDeps {
  commands: Commands;
  clock: Clock;
  log: Logger;
  metrics: ProxyMetrics;
  healthChecks: HealthCheckServers;
  config: ProxierConfig;
  /** What the proxy should do for a service now; undefined when nothing. */
  service(key: string): ProxyService | undefined;
}

/**
 * Keeps the kernel's table at what the services are. A change costs one transaction of differences. A set in the table holds
 * the number of the last transaction, and each transaction replaces it: where someone else has emptied or taken over the
 * table, that fails as a whole, or the regular check misses the number, and the table is made anew.
 */
export class Proxier {
  readonly #deps: ProxierDeps;
  readonly #path: string;
  readonly #changed = new Broadcast();
  #ruleset: Ruleset;
  readonly #services = new Map<string, ProxyService>();
  readonly #dirty = new Set<string>();
  /** When the changes happened that the next transaction brings. */
  #since: number[] = [];
  #udp = new UdpDestinations();
  #isInKernel = false;
  #revision = 0;
  #lacksConntrack = false;

  constructor(deps: ProxierDeps) {
    this.#deps = deps;
    this.#path = `${deps.config.family} ${deps.config.table}`;
    this.#ruleset = new Ruleset(deps.config);
  }

  /** Says that a service, or an endpoint of it, is no longer what it was; and since when (milliseconds), where that is known. */
  mark(key: string, since?: number): void {
    this.#dirty.add(key);
    if (since !== undefined) this.#since.push(since);
    this.#changed.notify();
  }

  /** Resolves when stopped; the table stays, so that connections go on while nobody keeps it. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock, config, log, metrics } = this.#deps;
    let failures = 0;
    while (!signal.aborted) {
      const began = clock.monotonic();
      try {
        await this.#sync(signal);
        failures = 0;
      } catch (err) {
        if (signal.aborted && isAbort(err)) return;
        metrics.syncFailures.inc();
        this.#isInKernel = false;
        const retryInMs = backoff(failures++, { baseMs: 500, maxMs: 30_000 });
        log.error('service rules could not be written', { table: this.#path, err: String(err), retryInMs });
        await this.#pause(retryInMs, signal);
        continue;
      }
      await this.#pause(began + config.minSyncMs - clock.monotonic(), signal);
      if (!this.#dirty.size) await this.#idle(signal);
    }
  }

  /** Waits for a change, and now and then for the table to be seen missing. */
  async #idle(signal: AbortSignal): Promise<void> {
    const { clock, config, log } = this.#deps;
    while (!signal.aborted && !this.#dirty.size) {
      let isCheckDue = false;
      const cancel = clock.after(config.checkMs, () => {
        isCheckDue = true;
        this.#changed.notify();
      });
      await this.#changed.next(signal);
      cancel();
      if (!isCheckDue || (await this.#isIntact(signal))) continue;
      log.warn('the table of services was changed by someone else; making it anew', { table: this.#path });
      this.#isInKernel = false;
      return;
    }
  }

  async #isIntact(signal: AbortSignal): Promise<boolean> {
    const { commands } = this.#deps;
    try {
      const found = await commands.run('nft', ['list', 'set', ...this.#path.split(' '), revisionSet], { signal });
      return found.includes(`elements = { ${markText(this.#revision)} }`);
    } catch (err) {
      if (isAbort(err)) return true;
      return false;
    }
  }

  async #sync(signal: AbortSignal): Promise<void> {
    const { clock, metrics } = this.#deps;
    const began = clock.monotonic();
    const touched = await this.#take();
    const isPartial = this.#isInKernel;
    const script: string[] = [];
    if (!isPartial) {
      this.#ruleset = new Ruleset(this.#deps.config);
      script.push(replaceTable(this.#path, this.#ruleset.table()));
    }
    const changes = isPartial ? touched.map((key) => [key, this.#services.get(key)] as const) : [...this.#services];
    for (let i = 0; i < changes.length; i += servicesAtOnce) {
      const { before, after } = this.#ruleset.update(changes.slice(i, i + servicesAtOnce));
      const piece = diffTables(this.#path, before, after);
      if (piece) script.push(piece);
      await clock.yield();
    }
    const since = this.#since;
    this.#since = [];
    if (script.length) await this.#apply(script, signal);
    for (const moment of since) metrics.programmingSeconds.observe(Math.max(0, clock.now() - moment) / 1000);
    for (const [, service] of changes) if (service) this.#udp.add(service);
    await this.#forgetFlows(signal);

    const seconds = (clock.monotonic() - began) / 1000;
    metrics.syncSeconds.observe(seconds);
    (isPartial ? metrics.partialSyncSeconds : metrics.fullSyncSeconds).observe(seconds);
    metrics.lastSyncTimestamp.set(clock.now() / 1000);
  }

  /** Takes the present state of what has changed; resolves names to services here alone. */
  async #take(): Promise<string[]> {
    const keys = [...this.#dirty];
    this.#dirty.clear();
    for (const [i, key] of keys.entries()) {
      if (i % servicesAtOnce === servicesAtOnce - 1) await this.#deps.clock.yield();
      const old = this.#services.get(key);
      if (old) this.#udp.add(old, { gone: true });
      const service = this.#deps.service(key);
      if (service) this.#services.set(key, service);
      else this.#services.delete(key);
      this.#deps.healthChecks.set(key, service && healthCheckOf(service));
    }
    return keys;
  }

  /** Runs the script and the step of the revision as one transaction. */
  async #apply(script: string[], signal: AbortSignal): Promise<void> {
    const next = this.#revision + 1;
    const set = `${this.#path} ${revisionSet}`;
    const step = this.#isInKernel
      ? `delete element ${set} { ${markText(this.#revision)} }\n`
      : `add set ${set} { type mark; }\n`;
    const stdin = [...script, step, `add element ${set} { ${markText(next)} }\n`];
    await this.#deps.commands.run('nft', ['-f', '-'], { stdin, signal });
    this.#revision = next;
    this.#isInKernel = true;
  }

  async #forgetFlows(signal: AbortSignal): Promise<void> {
    const { clock, commands, config, log, metrics } = this.#deps;
    const udp = this.#udp;
    this.#udp = new UdpDestinations();
    if (udp.isEmpty || this.#lacksConntrack) return;
    const began = clock.monotonic();
    try {
      const count = await forgetStaleFlows(udp, { commands, clock, family: config.family }, signal);
      metrics.conntrackDeleted.inc(count);
      metrics.conntrackSyncSeconds.observe((clock.monotonic() - began) / 1000);
    } catch (err) {
      if (isAbort(err)) throw err;
      this.#lacksConntrack = err instanceof CommandError && err.isMissing;
      // The rules are in place; only clients that keep one UDP socket are left with an endpoint that is gone.
      log.warn('stale UDP flows could not be cleared', {
        err: String(err),
        ...(this.#lacksConntrack && { remedy: 'apt-get install conntrack' }),
      });
    }
  }

  async #pause(ms: number, signal: AbortSignal): Promise<void> {
    if (ms <= 0) return;
    await this.#deps.clock.sleep(ms, signal).catch((err: unknown) => {
      if (!isAbort(err)) throw err;
    });
  }
}

// So many services take a few milliseconds.
const servicesAtOnce = 100;
const revisionSet = 'revision';
/** A mark as nft prints it. */
const markText = (revision: number): string => `0x${revision.toString(16).padStart(8, '0')}`;
