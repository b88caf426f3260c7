import { randomBytes } from 'node:crypto';
import { timestamp } from '@tiphys/sdk/machinery';
import { type Clock, messageOf, type Random } from '@tiphys/sdk/runtime';
import { seededAesGcm, seedSize } from '../ciphers.ts';
import { type EncryptionMetrics, hashOf } from '../metrics.ts';
import type { Transformer } from '../transformer.ts';
import type { KeyOfValue } from './messages.ts';
import { envelopeProblem, keyIdProblem } from './problems.ts';
import type { KeyService } from './service.ts';

/** So long values are written with a seed after the key service last said that its key is current. */
const goodForMs = 3 * 60_000;
/** So long a finding of the service's health is taken for good. */
const [healthyMs, unhealthyMs] = [20_000, 3000];
/** How often it is looked at unasked. */
const [lookMs, lookAgainMs] = [60_000, 10_000];

interface State {
  readonly transformer: Transformer;
  readonly object: KeyOfValue;
  readonly goodUntil: number;
}

export interface WriteKeyDeps {
  readonly name: string;
  readonly service: KeyService;
  readonly clock: Clock;
  readonly random: Random;
  readonly metrics: EncryptionMetrics;
}

/** The seed that values are written with: another whenever the key service has another key, and none when it is away for long. */
export class WriteKey {
  readonly #deps: WriteKeyDeps;
  #state: State | undefined;
  #version = '';
  #found: { readonly problem: string | undefined; readonly until: number } | undefined;
  #looking: Promise<string | undefined> | undefined;

  constructor(deps: WriteKeyDeps) {
    this.#deps = deps;
  }

  /** Throws before there is any. */
  current(): State {
    if (!this.#state) throw new Error('got unexpected nil transformer');
    return this.#state;
  }

  /** Throws when it is too old to write with. */
  forWriting(): State {
    const state = this.current();
    const now = this.#deps.clock.now();
    if (now > state.goodUntil) {
      throw new Error(
        `encryptedDEKSource with keyID hash ${JSON.stringify(hashOf(state.object.keyId))} expired at ${timestamp(state.goodUntil)} (current time is ${timestamp(now)})`,
      );
    }
    return state;
  }

  /** What is wrong with the key service. However many ask at once, it is asked once. */
  problem(): Promise<string | undefined> {
    const found = this.#found;
    if (found && this.#deps.clock.monotonic() < found.until) return Promise.resolve(found.problem);
    return (this.#looking ??= this.#look().finally(() => (this.#looking = undefined)));
  }

  /** Looks after it until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock } = this.#deps;
    while (!signal.aborted) {
      const problem = await this.problem();
      await clock.sleep(problem === undefined ? lookMs : lookAgainMs, signal).catch(() => {});
    }
  }

  async #look(): Promise<string | undefined> {
    const { name, service, clock } = this.#deps;
    let problem: string | undefined;
    try {
      const status = await service.status().catch((cause: unknown) => {
        throw new Error(
          `failed to perform status section of the healthz check for KMS Provider ${name}, error: ${messageOf(cause)}`,
          { cause },
        );
      });
      const problems = await this.#problemsOf(status);
      if (problems.length) {
        const all = problems.length > 1 ? `[${problems.join(', ')}]` : problems[0];
        problem = `kmsv2 Provider ${name} is not healthy, error: ${all}`;
      }
    } catch (err) {
      problem = messageOf(err);
    }
    this.#found = { problem, until: clock.monotonic() + (problem === undefined ? healthyMs : unhealthyMs) };
    return problem;
  }

  async #problemsOf(status: { healthz: string; version: string; keyId: string }): Promise<string[]> {
    const { name, metrics } = this.#deps;
    const { healthz, version, keyId } = status;
    const problems: string[] = [];
    if (healthz !== 'ok') problems.push(`got unexpected healthz status: ${healthz}`);
    if (version !== 'v2' && version !== 'v2beta1') problems.push(`expected KMSv2 API version v2, got ${version}`);
    else {
      this.#version ||= version;
      if (this.#version !== version) {
        problems.push(
          `KMSv2 API version should not change after the initial status response version ${this.#version}, got ${version}`,
        );
      }
    }
    const invalid = keyIdProblem(keyId);
    if (invalid) {
      metrics.invalidKeyId(name, invalid.code);
      problems.push(`got invalid KMSv2 KeyID hash ${JSON.stringify(hashOf(keyId))}: ${invalid.message}`);
    } else {
      metrics.statusTold(name, keyId);
      const failed = await this.#renew(keyId);
      if (failed) problems.push(failed);
    }
    return problems;
  }

  /** Goes on with the seed that there is, or makes one where the service has another key. What goes wrong leaves it as it was. */
  async #renew(keyId: string): Promise<string | undefined> {
    const { clock, random } = this.#deps;
    const goodUntil = clock.now() + goodForMs;
    const before = this.#state;
    if (before?.object.keyId === keyId) {
      this.#state = { ...before, goodUntil };
      return undefined;
    }
    const uid = random.uuid();
    let made: Omit<State, 'goodUntil'> | undefined;
    let problem = '<nil>';
    try {
      made = await this.#make(uid);
      if (made.object.keyId === keyId) {
        this.#state = { ...made, goodUntil };
        return undefined;
      }
    } catch (err) {
      problem = messageOf(err);
    }
    const none = 'got unexpected nil transformer';
    const hash = (id: string | undefined) => JSON.stringify(hashOf(id ?? ''));
    const expiry = before ? timestamp(before.goodUntil) : '0001-01-01T00:00:00Z';
    return `failed to rotate DEK uid=${JSON.stringify(uid)}, useSeed=true, errState=${before ? '<nil>' : none}, errGen=${problem}, statusKeyIDHash=${hash(keyId)}, encryptKeyIDHash=${hash(made?.object.keyId)}, stateKeyIDHash=${hash(before?.object.keyId)}, expirationTimestamp=${expiry}`;
  }

  async #make(uid: string): Promise<Omit<State, 'goodUntil'>> {
    const { service, clock, metrics } = this.#deps;
    const began = clock.monotonic();
    const seed = randomBytes(seedSize);
    metrics.generatedIn(clock.monotonic() - began);
    const { ciphertext, keyId, annotations } = await service
      .encrypt({ plaintext: seed, uid })
      .catch((cause: unknown) => {
        throw new Error(`failed to encrypt DEK, error: ${messageOf(cause)}`, { cause });
      });
    const object = {
      encryptedDekSource: ciphertext,
      keyId,
      annotations,
      encryptedDekSourceType: 'HKDF_SHA256_XNONCE_AES_GCM_SEED',
    } as const;
    const problem = envelopeProblem(object);
    if (problem) throw new Error(problem);
    return { transformer: seededAesGcm(seed), object };
  }
}
