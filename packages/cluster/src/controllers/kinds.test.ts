import assert from 'node:assert/strict';
import { test } from 'node:test';
import { apiService, type APIService, customResourceDefinition } from '@tiphys/sdk/api';
import type { Cache } from '@tiphys/sdk/cache';
import type { Client } from '@tiphys/sdk/client';
import { nullLogger } from '@tiphys/sdk/runtime';
import { SimClock } from '@tiphys/sdk/testing';
import { followKinds } from './kinds.ts';

interface Version {
  readonly version: string;
  readonly freshness: string;
  readonly resources?: readonly object[];
}

const thing = {
  resource: 'things',
  responseKind: { group: '', version: '', kind: 'Thing' },
  scope: 'Namespaced',
  verbs: ['list', 'watch', 'delete'],
};

test('kinds of whom nobody knows now are kept, and asked for again though no object changes', async () => {
  const clock = new SimClock();
  let told: Version = { version: 'v1', freshness: 'Current', resources: [thing] };
  const raw = ({ path }: { path: string }) => {
    const items = path === '/apis' ? [{ metadata: { name: 'example.com' }, versions: [told] }] : [];
    return Promise.resolve({ status: 200, json: () => Promise.resolve({ items }) });
  };
  const others = [{ metadata: { name: 'v1.example.com' }, spec: { service: { name: 's' } } }] as APIService[];
  const listed = new Map<unknown, unknown[]>([
    [apiService.kind, others],
    [customResourceDefinition.kind, []],
  ]);
  const ended: string[] = [];
  const cache = {
    informer: ({ kind }: { kind: string }) => ({
      on: () => () => {},
      get: () => undefined,
      list: () => listed.get(kind),
    }),
    end: ({ kind }: { kind: string }) => void ended.push(kind),
  } as unknown as Cache;
  const heard: string[][] = [];
  const stop = new AbortController();
  const deps = { client: { raw } as unknown as Client, cache, clock, log: nullLogger };
  const following = followKinds(deps, stop.signal, (kinds) => heard.push(kinds.map((k) => k.kind)));
  await clock.advance(1000);
  assert.deepEqual(heard, [['Thing']]);

  told = { version: 'v1', freshness: 'Stale' };
  await clock.advance(60_000);
  assert.deepEqual([heard.length, ended], [1, []]);

  told = { version: 'v1', freshness: 'Current', resources: [] };
  await clock.advance(10_000);
  assert.deepEqual([heard.at(-1), ended], [[], ['Thing']]);
  stop.abort();
  await following.catch(() => {});
});
