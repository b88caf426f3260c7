import { readFile } from 'node:fs/promises';
import { lineOf } from '@tiphys/sdk/machinery';
import { type Clock, isAbort, type Logger, messageOf, type Random, type Registry, within } from '@tiphys/sdk/runtime';
import { durationIn, followFile, readConfig, ReloadMetrics } from '../config-file/index.ts';
import type { StoreBackend } from '../../store/index.ts';
import { type EncryptionConfiguration, encryptionConfigurations, type Named } from './config.ts';
import { encryptedStore } from './encrypted-store.ts';
import { EncryptionMetrics } from './metrics.ts';
import { configurationErrors } from './rules.ts';
import { textOf, Transformers } from './transformers.ts';

export interface EncryptionOptions {
  readonly file: string;
  /** Whether what the file says later counts, too. */
  readonly reload: boolean;
  /** By which name servers tell of themselves. */
  readonly serverId: string;
  /** Whose object a key of the store is. */
  readonly placeOf: (key: string) => Named | undefined;
}

export interface EncryptionDeps {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly metrics: Registry;
}

/** How often the file is looked at when nobody tells of a change. */
const reloadIntervalMs = 60_000;
/** So long new key services have to be well, at least. */
const leastPatienceMs = 10_000;
const lookAgainMs = 100;

interface InUse {
  readonly transformers: Transformers;
  readonly end: AbortController;
}

/** Which resources are stored encrypted and how, by a file that may change. */
export class Encryption {
  readonly #options: EncryptionOptions;
  readonly #deps: EncryptionDeps;
  readonly #metrics: EncryptionMetrics;
  readonly #reloads: ReloadMetrics;
  readonly #first: Buffer;
  #now: InUse;

  private constructor(options: EncryptionOptions, deps: EncryptionDeps, metrics: EncryptionMetrics, data: Buffer) {
    this.#options = options;
    this.#deps = deps;
    this.#metrics = metrics;
    this.#first = data;
    this.#reloads = new ReloadMetrics({ registry: deps.metrics, what: 'encryption', serverId: options.serverId });
    this.#reloads.applied(data);
    this.#now = this.#made(data);
  }

  /** Throws an `Error` in upstream's words where the file makes no sense. Key services are asked, and may be away. */
  static async load(options: EncryptionOptions, deps: EncryptionDeps): Promise<Encryption> {
    const metrics = new EncryptionMetrics(deps.metrics, { clock: deps.clock, serverId: options.serverId });
    const encryption = new Encryption(options, deps, metrics, await dataIn(options.file));
    const problem = await encryption.#now.transformers.problem();
    if (problem !== undefined) deps.log.warn('a key service is not well yet', { problem });
    return encryption;
  }

  /** Whether `kms-providers` stands among the checks of the server's health. */
  get hasHealth(): boolean {
    return this.#options.reload || this.#now.transformers.usesKms;
  }

  get isFollowed(): boolean {
    return this.#options.reload;
  }

  /** What is wrong with key services. */
  problem(): Promise<string | undefined> {
    return this.#now.transformers.problem();
  }

  /** The store with its values encrypted. */
  store(store: StoreBackend): StoreBackend {
    const { placeOf } = this.#options;
    const transformerOf = (key: string) => {
      const place = placeOf(key);
      return place && { transformer: this.#now.transformers.of(place), resource: textOf(place) };
    };
    return encryptedStore(store, { transformerOf, log: this.#deps.log });
  }

  /** Looks after keys, and follows the file where that is wanted. */
  async run(signal: AbortSignal): Promise<void> {
    signal.addEventListener('abort', () => this.#now.end.abort(), { once: true });
    const { reload, file } = this.#options;
    const { clock, log } = this.#deps;
    const own = this.#serve(this.#now);
    if (!reload) return own;
    const metrics = this.#reloads;
    let data = this.#first;
    const look = async (): Promise<void> => {
      try {
        const next = await dataIn(file);
        if (next.equals(data)) return;
        await this.#use(next, signal);
        data = next;
        metrics.reloaded('success', clock.now());
        metrics.applied(next);
        log.info('loaded new encryption configuration');
      } catch (err) {
        if (signal.aborted && isAbort(err)) return;
        log.error(`error processing encryption config file ${file}`, { error: messageOf(err) });
        metrics.reloaded('failure', clock.now());
      }
    };
    const onProblem = (error: string) => log.error('watching encryption config file', { error });
    await followFile({ path: file, clock, intervalMs: reloadIntervalMs, look, onProblem }, signal);
    await own;
  }

  #serve({ transformers, end }: InUse): Promise<void> {
    return transformers.run(end.signal);
  }

  /** Goes over to another configuration once its key services are well; those of the last end when nobody asks them any more. */
  async #use(data: Buffer, signal: AbortSignal): Promise<void> {
    const { clock, log } = this.#deps;
    const next = this.#made(data);
    try {
      await this.#untilWell(next.transformers, signal);
    } catch (err) {
      next.end.abort();
      await this.#serve(next);
      throw err;
    }
    const last = this.#now;
    this.#now = next;
    const failed = (err: unknown) => log.error('keys were not looked after', { error: messageOf(err) });
    this.#serve(next).catch(failed);
    clock.after(last.transformers.graceMs, () => last.end.abort());
  }

  async #untilWell(transformers: Transformers, signal: AbortSignal): Promise<void> {
    const { clock } = this.#deps;
    let problem: string | undefined;
    const patienceMs = Math.max(transformers.graceMs, leastPatienceMs);
    const well = async (s: AbortSignal): Promise<void> => {
      while ((problem = await transformers.problem()) !== undefined) await clock.sleep(lookAgainMs, s);
    };
    await within(clock, patienceMs, well, signal).catch((cause: unknown) => {
      if (problem === undefined) throw cause;
      throw new Error(
        `health check for new transformers failed, polling error timed out waiting for the condition: ${problem}`,
        { cause },
      );
    });
  }

  #made(data: Buffer): InUse {
    const configuration = read(data, this.#options);
    const deps = { ...this.#deps, random: this.#deps.random.fork('encryption'), metrics: this.#metrics };
    try {
      return { transformers: new Transformers(configuration, deps), end: new AbortController() };
    } catch (cause) {
      throw new Error(`error while building transformers: ${messageOf(cause)}`, { cause });
    }
  }
}

async function dataIn(file: string): Promise<Buffer> {
  const unread = 'error while parsing file: error while loading file:';
  const data = await readFile(file).catch((err: NodeJS.ErrnoException) => {
    const why = err.code === 'ENOENT' ? `open ${file}: no such file or directory` : err.message;
    throw new Error(`${unread} error reading encryption provider configuration file ${JSON.stringify(file)}: ${why}`, {
      cause: err,
    });
  });
  if (!data.length)
    throw new Error(`${unread} encryption provider configuration file ${JSON.stringify(file)} is empty`);
  return data;
}

function read(data: Buffer, { file, reload }: EncryptionOptions): EncryptionConfiguration {
  const problem = (why: string, cause?: unknown) => new Error(`error while parsing file: ${why}`, { cause });
  let configuration: EncryptionConfiguration;
  try {
    configuration = readConfig(data, encryptionConfigurations);
    for (const { providers = [] } of configuration.resources ?? []) {
      for (const { kms } of providers) durationIn(kms?.timeout);
    }
  } catch (err) {
    const why = messageOf(err);
    const other = /^expected \w+, got \*apiserver\.(\w+)$/.exec(why)?.[1];
    if (other) throw problem(`got unexpected config type: apiserver.config.k8s.io/v1, Kind=${other}`, err);
    throw problem(`error decoding encryption provider configuration file ${JSON.stringify(file)}: ${why}`, err);
  }
  const errors = [...new Set([...configurationErrors(configuration, reload)].map(lineOf))];
  if (errors.length) throw problem(errors.length > 1 ? `[${errors.join(', ')}]` : errors[0]!);
  return configuration;
}
