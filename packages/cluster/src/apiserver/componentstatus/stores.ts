import { type HealthDeps, storeCheck } from '../health/checks.ts';
import type { Component } from './endpoint.ts';

/** The stores of a server under the names that etcd's have. */
export function storeComponents({ store, overrides = [], clock }: Omit<HealthDeps, 'lifecycle'>): Component[] {
  return [...new Set([store, ...overrides.map((o) => o.store)])].map((each, i) => {
    const problemOf = storeCheck(each, clock);
    return {
      name: `etcd-${i}`,
      async check() {
        const error = await problemOf();
        return error === undefined ? { status: 'True', message: 'ok' } : { status: 'False', error };
      },
    };
  });
}
