import type { EncryptionMetrics } from './metrics.ts';

export interface Plain {
  readonly value: Uint8Array;
  /** It would be written otherwise now: worth a write even where nothing changes. */
  readonly stale: boolean;
}

/** Where a value is stored. */
export interface Place {
  /** In the store; part of the secret. */
  readonly key: string;
  /** As metrics tell of it. */
  readonly resource: string;
}

/** Turns values into what is kept of them and back. */
export interface Transformer {
  toStorage(value: Uint8Array, at: Place): Uint8Array | Promise<Uint8Array>;
  /** Throws, or rejects, for what it can't read. */
  fromStorage(value: Uint8Array, at: Place): Plain | Promise<Plain>;
}

/** One of several, known by what values begin with. */
export interface Prefixed {
  readonly prefix: string;
  readonly transformer: Transformer;
}

/** Writes with the first, and reads with whichever the value names. */
export function firstOf(
  all: readonly Prefixed[],
  { metrics, unknown }: { readonly metrics: EncryptionMetrics; readonly unknown: string },
): Transformer {
  const prefixes = all.map(({ prefix }) => Buffer.from(prefix));
  const [first] = all;
  return {
    async toStorage(value, at) {
      const { prefix, transformer } = first!;
      const done = metrics.transforming(at.resource, 'to_storage', prefix);
      try {
        const out = await transformer.toStorage(value, at);
        done();
        return prefix ? Buffer.concat([prefixes[0]!, out]) : out;
      } catch (err) {
        done(err);
        throw err;
      }
    },
    async fromStorage(value, at) {
      const errors: string[] = [];
      for (const [i, { prefix, transformer }] of all.entries()) {
        const begins = prefixes[i]!;
        if (Buffer.compare(value.subarray(0, begins.length), begins) !== 0) continue;
        const done = metrics.transforming(at.resource, 'from_storage', prefix || 'identity');
        try {
          const { value: plain, stale } = await transformer.fromStorage(value.subarray(begins.length), at);
          done();
          return { value: plain, stale: stale || i > 0 };
        } catch (err) {
          // What isn't encrypted is no error of whoever comes later.
          if (!prefix) continue;
          done(err);
          // Another may have the same prefix, and the key.
          errors.push((err as Error).message);
        }
      }
      if (errors.length) throw new Error(errors.length > 1 ? `[${errors.join(', ')}]` : errors[0]);
      const error = new Error(unknown);
      metrics.transforming(at.resource, 'from_storage', 'unknown')(error);
      throw error;
    },
  };
}

/** Values as they are, which must not be encrypted. */
export const identity: Transformer = {
  toStorage: (value) => value,
  fromStorage(value) {
    if (isEncrypted(value)) throw new Error('identity transformer tried to read encrypted data');
    return { value, stale: false };
  },
};

const mark = Buffer.from('k8s:enc:');

export const isEncrypted = (value: Uint8Array): boolean => Buffer.compare(value.subarray(0, mark.length), mark) === 0;
