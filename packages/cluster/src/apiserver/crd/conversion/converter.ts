import type { WebhookClientConfig, WebhookConversion } from '@tiphys/sdk/api';
import type { KubeObject } from '@tiphys/sdk/machinery';
import type { Clock, Random } from '@tiphys/sdk/runtime';
import type { AnyKind, Converter } from '@tiphys/sdk/schema';
import { askConfigured, WebhookFailure, type WebhookReach } from '../../webhook-client/index.ts';
import { convertedFrom } from './converted.ts';
import type { ConversionMetrics } from './metrics.ts';
import { Misconversion } from './misconversion.ts';
import { convertedObjects, type ConversionReview, reviewOf } from './review.ts';

/** What it takes to have webhooks convert. */
export interface ConversionWorld extends WebhookReach {
  readonly clock: Clock;
  readonly random: Random;
  readonly metrics: ConversionMetrics;
}

/** What is converted, and by whom. */
export interface Conversion {
  /** Of the definition. */
  readonly name: string;
  readonly webhook: WebhookConversion;
  readonly stored: () => AnyKind;
}

const timeoutSeconds = 30;

/** Has the webhook of a definition convert its objects. */
export class WebhookConverter implements Converter {
  readonly #of: Conversion;
  readonly #world: ConversionWorld;
  readonly #config: WebhookClientConfig;
  /** It has been seen to convert objects one by one, and not several at once. */
  #isOneByOne = false;

  constructor(of: Conversion, world: ConversionWorld) {
    this.#of = of;
    this.#world = world;
    this.#config = withoutBlankBundle(of.webhook.clientConfig ?? {});
  }

  get stored(): AnyKind {
    return this.#of.stored();
  }

  /**
   * Several objects are sent together. A kube-apiserver sends each by itself, so there are webhooks that know only that; and of
   * several, one that can't be converted fails all: then each is sent by itself.
   */
  async convertAll(objects: readonly KubeObject[], to: AnyKind): Promise<readonly (KubeObject | Error)[]> {
    if (objects.length > 1 && !this.#isOneByOne) {
      try {
        return await this.#ask(objects, to);
      } catch (err) {
        if (!(err instanceof Misconversion)) throw err;
        if (err.isUnreached) return objects.map(() => err.toldOf(objects[0]!));
      }
    }
    const converted: (KubeObject | Error)[] = [];
    try {
      for (const object of objects) converted.push(await this.convert(object, to));
      if (objects.length > 1) this.#isOneByOne = true;
    } catch (err) {
      while (converted.length < objects.length) converted.push(err as Error);
    }
    return converted;
  }

  async convert(object: KubeObject, to: AnyKind): Promise<KubeObject> {
    if (isBlank(object)) return { ...object, apiVersion: to.apiVersion };
    try {
      const [converted] = await this.#ask([object], to);
      return converted!;
    } catch (err) {
      throw err instanceof Misconversion ? err.toldOf(object) : err;
    }
  }

  async #ask(objects: readonly KubeObject[], to: AnyKind): Promise<readonly KubeObject[]> {
    const { clock, random, metrics } = this.#world;
    const { webhook, name: definition } = this.#of;
    const request = { uid: random.uuid(), desiredAPIVersion: to.apiVersion, objects };
    const review = reviewOf(webhook.conversionReviewVersions ?? [], request);
    const from = objects[0]!.apiVersion!.slice(to.group.length + 1);
    const began = clock.monotonic();
    const done = (failure?: Misconversion) => {
      const seconds = (clock.monotonic() - began) / 1000;
      metrics.add({ definition, from, to: to.version, seconds, failure: failure?.type });
    };
    try {
      const found = await this.#answer(review);
      const converted = found.map((value, i) => convertedFrom(objects[i]!, value, to.apiVersion));
      done();
      return converted;
    } catch (err) {
      if (err instanceof Misconversion) done(err);
      throw err;
    }
  }

  async #answer(review: ConversionReview): Promise<readonly unknown[]> {
    const signal = this.#world.clock.timeout(timeoutSeconds * 1000);
    const body = Buffer.from(JSON.stringify(review));
    try {
      const call = { config: this.#config, body, timeoutSeconds, signal, late };
      return convertedObjects(await askConfigured(call, this.#world), review);
    } catch (err) {
      if (!(err instanceof WebhookFailure)) throw err;
      throw new Misconversion('conversion_webhook_call_failure', err.message, { isUnreached: !err.status });
    }
  }
}

const late = 'net/http: request canceled (Client.Timeout exceeded while awaiting headers)';

/** There is nothing in it to convert. */
const isBlank = (object: KubeObject): boolean =>
  Object.keys(object).every((name) => name === 'apiVersion' || name === 'kind');

/** A bundle of nothing but white space is none. */
function withoutBlankBundle({ caBundle, ...config }: WebhookClientConfig): WebhookClientConfig {
  const isBlankBundle = !Buffer.from(caBundle ?? '', 'base64')
    .toString('latin1')
    .trim();
  return isBlankBundle || caBundle === undefined ? config : { ...config, caBundle };
}
