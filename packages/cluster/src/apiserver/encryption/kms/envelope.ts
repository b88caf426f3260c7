import type { Clock, Random } from '@tiphys/sdk/runtime';
import { aesGcm, seededAesGcm } from '../ciphers.ts';
import type { EncryptionMetrics } from '../metrics.ts';
import type { Plain, Transformer } from '../transformer.ts';
import { type EncryptedObject, encryptedObjects, type KeyOfValue } from './messages.ts';
import { envelopeProblem } from './problems.ts';
import type { KeyService } from './service.ts';
import type { WriteKey } from './write-key.ts';

/** So long an opened key is kept after its last use. */
const keptMs = 24 * 3_600_000;

export interface EnvelopeDeps {
  readonly name: string;
  readonly service: KeyService;
  readonly writeKey: WriteKey;
  readonly clock: Clock;
  readonly random: Random;
  readonly metrics: EncryptionMetrics;
}

/** Values are encrypted with keys of ours, and these by a key service: what it must open stands before each value. */
export function envelope({ name, service, writeKey, clock, random, metrics }: EnvelopeDeps): Transformer {
  const opened = new Map<string, { readonly transformer: Transformer; until: number }>();
  const keep = (id: string, transformer: Transformer): void => {
    const now = clock.monotonic();
    if (!opened.has(id)) for (const [other, { until }] of opened) if (until <= now) opened.delete(other);
    opened.set(id, { transformer, until: now + keptMs });
    metrics.sourcesKept(name, opened.size);
  };

  const open = async (object: EncryptedObject): Promise<Transformer> => {
    const id = sourceId(object);
    const known = opened.get(id);
    if (known && known.until > clock.monotonic()) return known.transformer;
    metrics.missed();
    const { encryptedDekSource: ciphertext, keyId, annotations } = object;
    const { plaintext } = await service
      .decrypt({ ciphertext, keyId, annotations, uid: random.uuid() })
      .catch((cause: Error) => {
        throw new Error(`failed to decrypt DEK, error: ${cause.message}`, { cause });
      });
    const isSeed = object.encryptedDekSourceType === 'HKDF_SHA256_XNONCE_AES_GCM_SEED';
    const transformer = isSeed ? seededAesGcm(plaintext) : aesGcm(plaintext);
    keep(id, transformer);
    return transformer;
  };

  return {
    async toStorage(value, at) {
      const { transformer, object } = writeKey.forWriting();
      keep(sourceId(object), transformer);
      const encryptedData = Buffer.from(await transformer.toStorage(value, at));
      metrics.keyUsed('to_storage', name, object.keyId);
      return encryptedObjects.encode({ ...object, encryptedData });
    },
    async fromStorage(stored, at): Promise<Plain> {
      const object = encryptedObjects.decode(stored);
      const problem = envelopeProblem(object);
      if (problem) throw new Error(problem);
      const { object: current } = writeKey.current();
      const transformer = await open(object);
      metrics.keyUsed('from_storage', name, object.keyId);
      const { value, stale } = await transformer.fromStorage(object.encryptedData, at);
      const isOther =
        object.keyId !== current.keyId || object.encryptedDekSourceType !== current.encryptedDekSourceType;
      return { value, stale: stale || isOther };
    },
  };
}

const sourceId = ({ encryptedDekSourceType, encryptedDekSource, keyId, annotations }: KeyOfValue): string =>
  JSON.stringify([
    encryptedDekSourceType,
    encryptedDekSource.toString('base64'),
    keyId,
    ...Object.keys(annotations)
      .sort()
      .map((k) => [k, annotations[k]!.toString('base64')]),
  ]);
