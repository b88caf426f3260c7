import type { Endpoint } from './service.ts';

/**
 * Those that get new connections: the ready ones, and when none is ready those that still serve while they terminate, so
 * that a rolling update of a single replica loses no connection.
 */
export function usable(endpoints: readonly Endpoint[]): Endpoint[] {
  const ready = endpoints.filter((e) => e.ready);
  return ready.length ? ready : endpoints.filter((e) => e.serving && e.terminating);
}

/** Those of this node that get new connections where a traffic policy is `Local`. */
export function usableLocally(endpoints: readonly Endpoint[]): Endpoint[] {
  return usable(endpoints.filter((e) => e.local));
}
