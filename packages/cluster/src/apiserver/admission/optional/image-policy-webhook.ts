import type { Pod } from '@tiphys/sdk/api';
import { goDuration, isObject } from '@tiphys/sdk/machinery';
import { type Clock, messageOf } from '@tiphys/sdk/runtime';
import { type Retries, type WebhookClient, withRetries } from '../../webhook-client/index.ts';
import type { AdmissionAttributes, AdmissionPlugin } from '../plugin.ts';
import { refuse } from '../refuse.ts';
import { readPlainConfig } from './plain-config.ts';

export interface ImagePolicySettings {
  readonly kubeConfigFile: string;
  /** How long an answer is good for; 0 for not at all. */
  readonly allowMs: number;
  readonly denyMs: number;
  readonly retryBackoffMs: number;
  /** Whether images are let through when the webhook can't be asked. */
  readonly defaultAllow: boolean;
}

const second = 1000;
const minute = 60 * second;

export function readImagePolicy(bytes: Uint8Array | undefined): ImagePolicySettings {
  const { imagePolicy } = readPlainConfig(bytes);
  const said: Readonly<Record<string, unknown>> = isObject(imagePolicy) ? imagePolicy : {};
  // -1 is for none, 0 for what is usual.
  const period = (name: string, unit: number, { least, most, usual }: Record<'least' | 'most' | 'usual', number>) => {
    const value = Number(said[name] ?? 0);
    if (value === -1) return 0;
    if (value === 0) return usual;
    const ms = value * unit;
    if (ms >= least && ms <= most) return ms;
    const shortest = least < 1 ? '1ns' : goDuration(least);
    throw new Error(`valid value is between ${shortest} and ${goDuration(most)}, got ${goDuration(ms)}`);
  };
  const retryBackoffMs = period('retryBackoff', 1, { least: 1e-6, most: 5 * minute, usual: 500 });
  const lasting = { least: second, most: 30 * minute };
  return {
    kubeConfigFile: String(said['kubeConfigFile'] ?? ''),
    retryBackoffMs,
    allowMs: period('allowTTL', second, { ...lasting, usual: 5 * minute }),
    denyMs: period('denyTTL', second, { ...lasting, usual: 30 * second }),
    defaultAllow: said['defaultAllow'] === true,
  };
}

export interface ImagePolicyDeps extends Pick<Retries, 'clock' | 'random'> {
  readonly settings: Omit<ImagePolicySettings, 'kubeConfigFile'>;
  readonly client: Pick<WebhookClient, 'ask'>;
}

interface ReviewStatus {
  readonly allowed?: boolean;
  readonly reason?: string;
}

const mostRemembered = 1024;

/** A webhook is asked of the images of a pod. */
export function imagePolicyWebhook({ settings, client, clock, random }: ImagePolicyDeps): AdmissionPlugin {
  const answers = new Answers(clock);
  const statusOf = async (spec: object): Promise<ReviewStatus> => {
    const key = JSON.stringify(spec);
    const known = answers.get(key);
    if (known) return known;
    const review = { kind: 'ImageReview', apiVersion: 'imagepolicy.k8s.io/v1alpha1', metadata: {}, spec, status: {} };
    const retries = { clock, random, firstDelayMs: settings.retryBackoffMs };
    const answer = await withRetries(() => client.ask(review), retries);
    const said = isObject(answer) && isObject(answer['status']) ? (answer['status'] as ReviewStatus) : {};
    answers.keep(key, said, said.allowed ? settings.allowMs : settings.denyMs);
    return said;
  };
  return {
    name: 'ImagePolicyWebhook',
    matches: { operations: ['CREATE', 'UPDATE'], resources: ['pods', 'pods/ephemeralcontainers'] },
    async validate(a) {
      let status: ReviewStatus;
      try {
        status = await statusOf(specOf(a));
      } catch (err) {
        if (settings.defaultAllow) return;
        throw refuse(a, messageOf(err));
      }
      if (status.allowed) return;
      throw refuse(
        a,
        status.reason
          ? `image policy webhook backend denied one or more images: ${status.reason}`
          : 'one or more images rejected by webhook backend',
      );
    },
  };
}

function specOf({ object, subresource, namespace }: AdmissionAttributes) {
  const { metadata, spec } = object as Pod;
  const asked = subresource ? (spec.ephemeralContainers ?? []) : [...spec.containers, ...(spec.initContainers ?? [])];
  const noted = Object.entries(metadata.annotations ?? {}).filter(([key]) => key.includes('.image-policy.k8s.io/'));
  return {
    containers: asked.map(({ image }) => ({ ...(image && { image }) })),
    ...(noted.length && { annotations: Object.fromEntries(noted) }),
    namespace,
  };
}

/** What the webhook said, as long as that is good. */
class Answers {
  readonly #clock: Clock;
  readonly #known = new Map<string, { readonly status: ReviewStatus; readonly until: number }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get(key: string): ReviewStatus | undefined {
    const known = this.#known.get(key);
    return known && known.until > this.#clock.monotonic() ? known.status : undefined;
  }

  keep(key: string, status: ReviewStatus, ms: number): void {
    this.#known.delete(key);
    if (ms === 0) return;
    if (this.#known.size >= mostRemembered) this.#known.delete(this.#known.keys().next().value!);
    this.#known.set(key, { status, until: this.#clock.monotonic() + ms });
  }
}
