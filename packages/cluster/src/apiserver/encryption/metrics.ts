import { createHash } from 'node:crypto';
import { type Clock, Counter, Gauge, Histogram, type Registry } from '@tiphys/sdk/runtime';
import { RpcError } from '../../grpc/index.ts';

const powersOfTwo = (first: number, count: number): number[] => Array.from({ length: count }, (_, i) => first * 2 ** i);

/** Of so many keys it is told when they were last used; those that nobody used for longest are forgotten. */
const mostKeys = 100;

/** How values are encrypted and read, and how key services do, by upstream's names. */
export class EncryptionMetrics {
  readonly #clock: Clock;
  readonly #serverHash: string;
  readonly #seconds: Histogram<'transformation_type' | 'transformer_prefix'>;
  readonly #operations: Counter<'resource' | 'transformation_type' | 'transformer_prefix' | 'status'>;
  readonly #misses: Counter;
  readonly #kmsSeconds: Histogram<'provider_name' | 'method_name' | 'grpc_status_code'>;
  readonly #keyUses: Counter<KeyLabel>;
  readonly #keyUsedAt: Gauge<KeyLabel>;
  readonly #statusAt: Gauge<'provider_name' | 'key_id_hash' | 'apiserver_id_hash'>;
  readonly #invalid: Counter<'provider_name' | 'error'>;
  readonly #sources: Gauge<'provider_name'>;
  readonly #generated: Histogram;
  readonly #recent = new Map<string, () => void>();

  constructor(registry: Registry, { clock, serverId }: { clock: Clock; serverId: string }) {
    this.#clock = clock;
    this.#serverHash = hashOf(serverId);
    const registers = [registry];
    const storage = 'apiserver_storage';
    const envelope = 'apiserver_envelope_encryption';
    this.#seconds = new Histogram({
      name: `${storage}_transformation_duration_seconds`,
      help: 'Latencies in seconds of value transformation operations.',
      labelNames: ['transformation_type', 'transformer_prefix'],
      buckets: powersOfTwo(5e-6, 25),
      registers,
    });
    this.#operations = new Counter({
      name: `${storage}_transformation_operations_total`,
      help: "Total number of transformations. Successful transformation will have a status 'OK' and a varied status string when the transformation fails. The status, resource, and transformation_type fields can be used for alerting purposes. For example, you can monitor for encryption/decryption failures using the transformation_type (e.g., from_storage for decryption and to_storage for encryption). Additionally, these fields can be used to ensure that the correct transformers are applied to each resource.",
      labelNames: ['resource', 'transformation_type', 'transformer_prefix', 'status'],
      registers,
    });
    this.#misses = new Counter({
      name: `${storage}_envelope_transformation_cache_misses_total`,
      help: 'Total number of cache misses while accessing key decryption key(KEK).',
      registers,
    });
    this.#generated = new Histogram({
      name: `${storage}_data_key_generation_duration_seconds`,
      help: 'Latencies in seconds of data encryption key(DEK) generation operations.',
      buckets: powersOfTwo(5e-6, 14),
      registers,
    });
    this.#kmsSeconds = new Histogram({
      name: `${envelope}_kms_operations_latency_seconds`,
      help: 'KMS operation duration with gRPC error code status total.',
      labelNames: ['provider_name', 'method_name', 'grpc_status_code'],
      buckets: powersOfTwo(0.0001, 20),
      registers,
    });
    this.#keyUses = new Counter({
      name: `${envelope}_key_id_hash_total`,
      help: 'Number of times a keyID is used split by transformation type, provider, and apiserver identity.',
      labelNames: keyLabels,
      registers,
    });
    this.#keyUsedAt = new Gauge({
      name: `${envelope}_key_id_hash_last_timestamp_seconds`,
      help: 'The last time in seconds when a keyID was used.',
      labelNames: keyLabels,
      registers,
    });
    this.#statusAt = new Gauge({
      name: `${envelope}_key_id_hash_status_last_timestamp_seconds`,
      help: 'The last time in seconds when a keyID was returned by the Status RPC call.',
      labelNames: ['provider_name', 'key_id_hash', 'apiserver_id_hash'],
      registers,
    });
    this.#invalid = new Counter({
      name: `${envelope}_invalid_key_id_from_status_total`,
      help: 'Number of times an invalid keyID is returned by the Status RPC call split by error.',
      labelNames: ['provider_name', 'error'],
      registers,
    });
    this.#sources = new Gauge({
      name: `${envelope}_dek_source_cache_size`,
      help: 'Number of records in data encryption key (DEK) source cache. On a restart, this value is an approximation of the number of decrypt RPC calls the server will make to the KMS plugin.',
      labelNames: ['provider_name'],
      registers,
    });
  }

  /** What is returned is called when it is over, with what went wrong. */
  transforming(resource: string, transformation_type: string, transformer_prefix: string): (error?: unknown) => void {
    const began = this.#clock.monotonic();
    return (error) => {
      const status = statusOf(error);
      this.#operations.inc({ resource, transformation_type, transformer_prefix, status });
      if (error !== undefined) return;
      this.#seconds.observe({ transformation_type, transformer_prefix }, this.#since(began));
    };
  }

  calling(provider_name: string, method_name: string): (error?: unknown) => void {
    const began = this.#clock.monotonic();
    return (error) => {
      const labels = { provider_name, method_name, grpc_status_code: statusOf(error) };
      this.#kmsSeconds.observe(labels, this.#since(began));
    };
  }

  missed(): void {
    this.#misses.inc();
  }

  generatedIn(ms: number): void {
    this.#generated.observe(ms / 1000);
  }

  keyUsed(transformation_type: 'from_storage' | 'to_storage', provider_name: string, keyId: string): void {
    const labels = {
      transformation_type,
      provider_name,
      key_id_hash: hashOf(keyId),
      apiserver_id_hash: this.#serverHash,
    };
    this.#keyUses.inc(labels);
    this.#keyUsedAt.set(labels, this.#clock.now() / 1000);
    this.#keep(Object.values(labels).join(), () => {
      this.#keyUses.remove(labels);
      this.#keyUsedAt.remove(labels);
    });
  }

  statusTold(provider_name: string, keyId: string): void {
    const labels = { provider_name, key_id_hash: hashOf(keyId), apiserver_id_hash: this.#serverHash };
    this.#statusAt.set(labels, this.#clock.now() / 1000);
    this.#keep(Object.values(labels).join(), () => this.#statusAt.remove(labels));
  }

  invalidKeyId(provider_name: string, error: string): void {
    this.#invalid.inc({ provider_name, error });
  }

  sourcesKept(provider_name: string, count: number): void {
    this.#sources.set({ provider_name }, count);
  }

  #since(began: number): number {
    return (this.#clock.monotonic() - began) / 1000;
  }

  #keep(key: string, forget: () => void): void {
    this.#recent.delete(key);
    this.#recent.set(key, forget);
    if (this.#recent.size <= mostKeys) return;
    const [oldest, forgetOldest] = this.#recent.entries().next().value!;
    this.#recent.delete(oldest);
    forgetOldest();
  }
}

const keyLabels = ['transformation_type', 'provider_name', 'key_id_hash', 'apiserver_id_hash'] as const;
type KeyLabel = (typeof keyLabels)[number];

/** Nothing of a key's name is told but this. */
export const hashOf = (text: string): string =>
  text ? `sha256:${createHash('sha256').update(text).digest('hex')}` : '';

/** gRPC's code where there is one, however deep. */
function statusOf(error: unknown): string {
  if (error === undefined) return 'OK';
  for (let e: unknown = error; e instanceof Error; e = e.cause) if (e instanceof RpcError) return e.code;
  return 'unknown-non-grpc';
}
