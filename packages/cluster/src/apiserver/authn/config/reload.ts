import { readFile } from 'node:fs/promises';
import { lineOf } from '@tiphys/sdk/machinery';
import { type Clock, type Logger, messageOf, type Registry } from '@tiphys/sdk/runtime';
import { followFile, ReloadMetrics } from '../../config-file/index.ts';
import { aggregate } from '../known.ts';
import type { AuthenticationConfiguration } from './authentication-configuration.ts';
import { type LoadedConfiguration, parseConfiguration } from './load.ts';
import { changeErrors, configurationErrors } from './validate.ts';

export interface ReloadDeps {
  readonly path: string;
  readonly first: LoadedConfiguration;
  readonly disallowedIssuers: readonly string[];
  readonly apply: (configuration: AuthenticationConfiguration) => Promise<void>;
  readonly apiServerId: string;
  readonly metrics: Registry;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Follows the file of an authentication configuration: what makes sense takes the place of what was before. */
export class ConfigurationReload {
  readonly #deps: ReloadDeps;
  readonly #metrics: ReloadMetrics;
  /** What need not be looked at again: it has been taken, or never will be. */
  #settled: string;

  constructor(deps: ReloadDeps) {
    this.#deps = deps;
    this.#settled = deps.first.text;
    const { metrics: registry, apiServerId: serverId } = deps;
    this.#metrics = new ReloadMetrics({ registry, what: 'authentication', serverId });
    this.#metrics.applied(Buffer.from(deps.first.text));
  }

  /** Until the signal aborts. */
  run(signal: AbortSignal): Promise<void> {
    const { path, clock, log } = this.#deps;
    const onProblem = (error: string) => log.error('watching authentication config file', { error });
    return followFile({ path, clock, intervalMs: 60_000, look: () => this.look(), onProblem }, signal);
  }

  /** Looks at the file once. */
  async look(): Promise<void> {
    const { path, log } = this.#deps;
    const failed = (message: string, err: unknown) => {
      log.error(message, { error: messageOf(err) });
      this.#metrics.reloaded('failure', this.#deps.clock.now());
    };
    let bytes: Buffer;
    try {
      bytes = await readFile(path);
    } catch (err) {
      return failed('failed to read authentication config file', err);
    }
    const text = bytes.toString();
    if (text === this.#settled) return;
    let configuration: AuthenticationConfiguration;
    try {
      configuration = parseConfiguration(bytes);
    } catch (err) {
      this.#settled = text;
      return failed('failed to load authentication config', err);
    }
    const problem = this.#problem(configuration);
    if (problem) {
      this.#settled = text;
      return failed('failed to validate authentication config', problem);
    }
    try {
      await this.#deps.apply(configuration);
    } catch (err) {
      return failed('failed to update authentication config', err);
    }
    this.#settled = text;
    this.#metrics.applied(bytes);
    log.info('reloaded authentication config');
    this.#metrics.reloaded('success', this.#deps.clock.now());
  }

  #problem(configuration: AuthenticationConfiguration): Error | undefined {
    const { disallowedIssuers, first } = this.#deps;
    const errors = [
      ...configurationErrors(configuration, disallowedIssuers),
      ...changeErrors(configuration, first.configuration),
    ];
    return errors.length ? new Error(aggregate(errors.map(lineOf))) : undefined;
  }
}
