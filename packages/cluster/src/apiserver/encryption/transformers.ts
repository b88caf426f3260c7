import type { Clock, Logger, Random } from '@tiphys/sdk/runtime';
import { durationIn } from '../config-file/index.ts';
import { aesCbc, aesGcm, secretbox } from './ciphers.ts';
import {
  defaultKmsTimeout,
  type EncryptionConfiguration,
  type KeyConfiguration,
  type KmsConfiguration,
  type Named,
  namedBy,
  type ProviderConfiguration,
} from './config.ts';
import { envelope } from './kms/envelope.ts';
import { KeyService } from './kms/service.ts';
import { WriteKey } from './kms/write-key.ts';
import type { EncryptionMetrics } from './metrics.ts';
import { secretIn } from './rules.ts';
import { firstOf, identity, type Prefixed, type Transformer } from './transformer.ts';

export interface TransformerDeps {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly metrics: EncryptionMetrics;
}

/** A key service that is asked, and how it is. */
interface Kms {
  readonly name: string;
  readonly service: KeyService;
  readonly writeKey: WriteKey;
  readonly timeoutMs: number;
}

/** How each resource is stored by one configuration. Key services are asked while it is in use. */
export class Transformers {
  readonly #byName: ReadonlyMap<string, readonly Prefixed[]>;
  readonly #made = new Map<string, Transformer>();
  readonly #services: readonly Kms[];
  readonly #deps: TransformerDeps;

  /** Throws an `Error` in upstream's words for what can't be made. */
  constructor({ resources = [] }: EncryptionConfiguration, deps: TransformerDeps) {
    const services: Kms[] = [];
    const byName = new Map<string, Prefixed[]>();
    for (const { resources: names = [], providers = [] } of resources) {
      const prefixed = providers.map((p) => prefixedBy(p, { ...deps, add: (kms) => void services.push(kms) }));
      for (const name of names.map(namedBy)) {
        const masking = [
          { ...name, resource: '*' },
          { group: '*', resource: '*' },
        ].find((m) => byName.has(idOf(m)));
        if (masking) {
          for (const { service } of services) service.close();
          throw new Error(
            `resource ${JSON.stringify(textOf(name))} is masked by earlier rule ${JSON.stringify(textOf(masking))}`,
          );
        }
        byName.set(idOf(name), [...(byName.get(idOf(name)) ?? []), ...prefixed]);
      }
    }
    this.#byName = byName;
    this.#services = services;
    this.#deps = deps;
  }

  get usesKms(): boolean {
    return this.#services.length > 0;
  }

  /** As long as calls to key services may take that are on their way. */
  get graceMs(): number {
    return 2 * this.#services.reduce((sum, { timeoutMs }) => sum + timeoutMs, 0);
  }

  of(place: Named): Transformer {
    const id = idOf(place);
    const known = this.#made.get(id);
    if (known) return known;
    const found = [place, { ...place, resource: '*' }, { group: '*', resource: '*' }]
      .map((name) => this.#byName.get(idOf(name)))
      .find((prefixed) => prefixed !== undefined);
    const transformer = found
      ? firstOf(found, { metrics: this.#deps.metrics, unknown: 'no matching prefix found' })
      : identity;
    this.#made.set(id, transformer);
    return transformer;
  }

  /** What is wrong with key services. */
  async problem(): Promise<string | undefined> {
    const problems: string[] = [];
    // One after the other, as upstream does.
    for (const [i, { writeKey }] of this.#services.entries()) {
      const problem = await writeKey.problem();
      if (problem !== undefined) problems.push(`kms-provider-${i}: ${problem}`);
    }
    return problems.length > 1 ? `[${problems.join(', ')}]` : problems[0];
  }

  /** Looks after the keys until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    await Promise.all(this.#services.map(({ writeKey }) => writeKey.run(signal)));
    for (const { service } of this.#services) service.close();
  }
}

const idOf = ({ group, resource }: Named): string => `${resource}.${group}`;

/** As configurations write it, and metrics tell of it. */
export const textOf = ({ group, resource }: Named): string =>
  group ? `${resource}.${group}` : resource === '*' ? '*.' : resource;

function prefixedBy(
  { aesgcm, aescbc, secretbox: box, kms }: ProviderConfiguration,
  deps: TransformerDeps & { readonly add: (kms: Kms) => void },
): Prefixed {
  const byKey = (
    what: string,
    keys: readonly KeyConfiguration[] | undefined,
    cipher: (key: Uint8Array) => Transformer,
  ): Prefixed => {
    const all = (keys ?? []).map(({ name = '', secret = '' }) => ({
      prefix: `${name}:`,
      transformer: cipher(secretIn(secret)!),
    }));
    const unknown = `no matching key was found for the provided ${what === 'secretbox' ? 'Secretbox' : 'AES'} transformer`;
    return {
      prefix: `k8s:enc:${what}:v1:`,
      transformer: firstOf(all, { metrics: deps.metrics, unknown }),
    };
  };
  if (aesgcm) return byKey('aesgcm', aesgcm.keys, aesGcm);
  if (aescbc) return byKey('aescbc', aescbc.keys, aesCbc);
  if (box) return byKey('secretbox', box.keys, secretbox);
  return kms ? ofKms(kms, deps) : { prefix: '', transformer: identity };
}

function ofKms(
  { apiVersion = 'v1', name = '', endpoint = '', timeout = defaultKmsTimeout }: KmsConfiguration,
  { add, ...deps }: TransformerDeps & { readonly add: (kms: Kms) => void },
): Prefixed {
  if (apiVersion === 'v1') {
    throw new Error(
      'KMSv1 is deprecated and will only receive security updates going forward. Use KMSv2 instead.  Set --feature-gates=KMSv1=true to use the deprecated KMSv1 feature.',
    );
  }
  const timeoutMs = durationIn(timeout);
  const service = new KeyService({ name, endpoint, timeoutMs }, deps);
  const writeKey = new WriteKey({ ...deps, name, service });
  add({ name, service, writeKey, timeoutMs });
  return { prefix: `k8s:enc:kms:v2:${name}:`, transformer: envelope({ ...deps, name, service, writeKey }) };
}
