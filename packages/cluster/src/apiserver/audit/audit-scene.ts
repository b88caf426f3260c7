import { nullLogger, Registry, seededRandom } from '@tiphys/sdk/runtime';
import { SimClock } from '@tiphys/sdk/testing';
import { MemoryBackend } from '../../store/index.ts';
import type { PartsConfig } from '../parts.ts';
import { type ServerScene, serverScene } from '../server-scene.ts';
import { standardKinds } from '../kinds.ts';
import type { Backend } from './backend.ts';
import { type AuditEvent, eventJson } from './event.ts';
import { auditLog } from './index.ts';
import { AuditMetrics } from './metrics.ts';
import { coverOf, type Policy } from './policy.ts';

/** An event as whoever collects them reads it. */
export type ToldEvent = Omit<AuditEvent, 'requestObject' | 'responseObject'> & {
  readonly requestObject?: unknown;
  readonly responseObject?: unknown;
};

export interface AuditScene extends ServerScene {
  /** All that has been told since the last call. */
  told(): ToldEvent[];
  /** The last event of what was told of the last request. */
  last(): ToldEvent;
  /** What `/metrics` tells of the audit log. */
  readonly metrics: Registry;
}

/** A server with an audit log, as tests ask it. */
export async function auditScene(
  policy: Policy,
  {
    isStored = () => true,
    ...config
  }: Partial<PartsConfig> & { readonly isStored?: (event: AuditEvent) => boolean } = {},
): Promise<AuditScene> {
  const clock = new SimClock();
  const metrics = new Registry();
  let told: ToldEvent[] = [];
  const backend: Backend = {
    process: (events) => {
      told.push(...events.map((e) => JSON.parse(eventJson(e)) as ToldEvent));
      return events.every(isStored);
    },
    close: () => Promise.resolve(),
  };
  const audit = auditLog({
    cover: coverOf(policy),
    backend,
    metrics: new AuditMetrics(metrics),
    clock,
    random: seededRandom(2),
  });
  const beside = { clock, server: { deps: { store: new MemoryBackend(clock) } } };
  const scene = await serverScene({ audit, ...config }, standardKinds, beside, nullLogger);
  const take = () => {
    const all = told;
    told = [];
    return all;
  };
  take();
  return { ...scene, metrics, told: take, last: () => take().at(-1)! };
}
