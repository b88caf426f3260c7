import type { Event } from '@tiphys/sdk/api';
import { field, type FieldError, invalid, lineOf, notSupported, StatusError } from '@tiphys/sdk/machinery';
import { type Clock, TokenBucket } from '@tiphys/sdk/runtime';
import { s } from '@tiphys/sdk/schema';
import { type ConfigKind, readConfig } from '../../config-file/index.ts';
import type { AdmissionAttributes, AdmissionPlugin } from '../plugin.ts';

const limit = s.struct('io.k8s.eventratelimit.v1alpha1.Limit', {
  type: s.req(1, s.str()),
  qps: s.req(2, s.int32()),
  burst: s.req(3, s.int32()),
  cacheSize: s.zero(4, s.int32()),
});
const shape = s.struct('io.k8s.eventratelimit.v1alpha1.Configuration', { limits: s.held(1, s.list(limit)) });

export type EventLimit = s.Out<typeof limit>;

const kind: ConfigKind<s.Out<typeof shape>> = {
  apiVersion: 'eventratelimit.admission.k8s.io/v1alpha1',
  kind: 'Configuration',
  schema: shape,
};

type KeyOf = (a: AdmissionAttributes) => string;

/** Whose events are counted together. */
const keys: Readonly<Record<string, KeyOf>> = {
  Server: () => '',
  Namespace: ({ namespace }) => namespace,
  User: ({ user }) => user.name,
  SourceAndObject({ object }) {
    const { source, involvedObject: of } = object as Event;
    const words = [source.component, source.host, of.kind, of.namespace, of.name, of.uid, of.apiVersion];
    return words.map((word) => word ?? '').join('');
  },
};

export function readEventLimits(bytes: Uint8Array | undefined): readonly EventLimit[] {
  const limits = (bytes && readConfig(bytes, [kind]).limits) ?? [];
  const errors: FieldError[] = [];
  const all = field('limits');
  if (!limits.length) errors.push(invalid(all, null, 'must not be empty'));
  for (const [i, { type, burst, qps, cacheSize = 0 }] of limits.entries()) {
    const at = all.index(i);
    if (!Object.hasOwn(keys, type)) errors.push(notSupported(at.child('type'), type, Object.keys(keys)));
    if (burst <= 0) errors.push(invalid(at.child('burst'), burst, 'must be positive'));
    if (qps <= 0) errors.push(invalid(at.child('qps'), qps, 'must be positive'));
    if (type !== 'Server' && cacheSize < 0)
      errors.push(invalid(at.child('cacheSize'), cacheSize, 'must not be negative'));
  }
  const lines = errors.map(lineOf);
  if (lines.length) throw new Error(lines.length === 1 ? lines[0] : `[${lines.join(', ')}]`);
  return limits;
}

/** So many are remembered unless told; of those that were met least lately nothing is known any more. */
const usualCacheSize = 4096;

/** Events come no faster than their limits allow, each counted by what it is a limit of. */
export function eventRateLimit(limits: readonly EventLimit[], clock: Clock): AdmissionPlugin {
  const enforced = limits.map(({ type, qps, burst, cacheSize }) => {
    const buckets = new Map<string, TokenBucket>();
    const most = cacheSize || usualCacheSize;
    const take = (a: AdmissionAttributes): string | undefined => {
      const key = keys[type]!(a);
      const now = clock.monotonic();
      const bucket = buckets.get(key) ?? new TokenBucket(burst, 1000 / qps, now);
      buckets.delete(key);
      buckets.set(key, bucket);
      if (buckets.size > most) buckets.delete(buckets.keys().next().value!);
      return bucket.take(now) ? undefined : `limit reached on type ${type} for key ${key}`;
    };
    return take;
  });
  return {
    name: 'EventRateLimit',
    matches: { operations: ['CREATE', 'UPDATE'], resources: ['events'] },
    validate(a) {
      if (a.group !== '' || a.dryRun) return;
      const reached = enforced.map((take) => take(a)).filter((why) => why !== undefined);
      if (!reached.length) return;
      const why = reached.length === 1 ? reached[0] : `[${reached.join(', ')}]`;
      throw new StatusError(429, 'TooManyRequests', `Too many requests: ${why}`);
    },
  };
}
