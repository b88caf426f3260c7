import type { Pod, Service } from '@tiphys/sdk/api';
import { timestamp } from '@tiphys/sdk/machinery';
import { readyCondition } from './pod-state.ts';

export const triggerTimeAnnotation = 'endpoints.kubernetes.io/last-change-trigger-time';

/**
 * Of which time the change is that a service's endpoints are to follow. Who watches endpoints measures by it how long a change
 * takes to get there.
 */
export class TriggerTimes {
  readonly #known = new Map<string, { readonly service: number; readonly pods: ReadonlyMap<string, number> }>();

  /** The earliest change since the last call for this service, undefined when there was none; at first, when it was made. */
  next({ metadata }: Service, pods: readonly Pod[]): string | undefined {
    const key = `${metadata.namespace}/${metadata.name}`;
    const service = Date.parse(metadata.creationTimestamp ?? '');
    const readySince = pods.map(
      (p) => [p.metadata.name!, Date.parse(readyCondition(p)?.lastTransitionTime ?? '')] as const,
    );
    const known = this.#known.get(key);
    this.#known.set(key, { service, pods: new Map(readySince.filter(([, at]) => at > 0)) });
    const changed = known
      ? readySince.flatMap(([name, at]) => (at > (known.pods.get(name) ?? 0) ? at : []))
      : [service].filter(Number.isFinite);
    if (known && service > known.service) changed.push(service);
    return changed.length ? timestamp(Math.min(...changed)) : undefined;
  }

  forget(key: string): void {
    this.#known.delete(key);
  }
}

/** The annotations of what is written because of that change. */
export function withTriggerTime(
  current: Readonly<Record<string, string>> | undefined,
  time: string | undefined,
): Record<string, string> {
  const { [triggerTimeAnnotation]: _before, ...others } = current ?? {};
  return time === undefined ? others : { ...others, [triggerTimeAnnotation]: time };
}
