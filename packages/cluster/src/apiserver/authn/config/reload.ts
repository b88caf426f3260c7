import { readFile } from 'node:fs/promises';
import { lineOf } from '@tiphys/sdk/machinery';
import { type Clock, type Logger, messageOf, type Registry } from '@tiphys/sdk/runtime';
import { followFile } from '../../config-file/index.ts';
import { adopt } from '../../metrics/adopt.ts';
import { aggregate } from '../known.ts';
import { hashOf } from '../oidc/metrics.ts';
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

type Status = 'success' | 'failure';

/** Follows the file of an authentication configuration: what makes sense takes the place of what was before. */
export class ConfigurationReload {
  readonly #deps: ReloadDeps;
  readonly #outcomes = new Map<Status, { count: number; at: number }>();
  /** What need not be looked at again: it has been taken, or never will be. */
  #settled: string;
  #hash: string;

  constructor(deps: ReloadDeps) {
    this.#deps = deps;
    this.#settled = deps.first.text;
    this.#hash = hashOf(deps.first.text);
    this.#tell();
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
      this.#ended('failure');
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
    this.#hash = hashOf(text);
    log.info('reloaded authentication config');
    this.#ended('success');
  }

  #problem(configuration: AuthenticationConfiguration): Error | undefined {
    const { disallowedIssuers, first } = this.#deps;
    const errors = [
      ...configurationErrors(configuration, disallowedIssuers),
      ...changeErrors(configuration, first.configuration),
    ];
    return errors.length ? new Error(aggregate(errors.map(lineOf))) : undefined;
  }

  #ended(status: Status): void {
    const count = (this.#outcomes.get(status)?.count ?? 0) + 1;
    this.#outcomes.set(status, { count, at: this.#deps.clock.now() / 1000 });
  }

  #tell(): void {
    const { metrics, apiServerId } = this.#deps;
    const apiserver_id_hash = hashOf(apiServerId);
    const prefix = 'apiserver_authentication_config_controller';
    const outcomes = (value: (o: { count: number; at: number }) => number) => () =>
      [...this.#outcomes].map(([status, o]) => ({ labels: { apiserver_id_hash, status }, value: value(o) }));
    adopt(metrics, {
      name: `${prefix}_automatic_reloads_total`,
      help: 'Total number of automatic reloads of authentication configuration split by status and apiserver identity.',
      type: 'counter',
      samples: outcomes(({ count }) => count),
    });
    adopt(metrics, {
      name: `${prefix}_automatic_reload_last_timestamp_seconds`,
      help: 'Timestamp of the last automatic reload of authentication configuration split by status and apiserver identity.',
      type: 'gauge',
      samples: outcomes(({ at }) => at),
    });
    adopt(metrics, {
      name: `${prefix}_last_config_info`,
      help: 'Information about the last applied authentication configuration with hash as label, split by apiserver identity.',
      type: 'gauge',
      samples: () => [{ labels: { apiserver_id_hash, hash: this.#hash }, value: 1 }],
    });
  }
}
