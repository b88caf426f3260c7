import assert from 'node:assert/strict';
import { test } from 'node:test';
import { requestInfo } from '../filters/request-info.ts';
import { listWidth, type ResourceStats, writeWidth } from './width.ts';

const infoOf = (path: string) => {
  const [plain = '', query = ''] = path.split('?');
  const params = new URLSearchParams(query);
  return [requestInfo('GET', plain, params), params] as const;
};

test('a list takes as many seats as it holds hundreds of thousands of bytes', () => {
  const stats = (count: number, each: number): ResourceStats => ({ count, bytes: count * each });
  const pods = '/api/v1/pods';
  const table: [path: string, stats: ResourceStats | undefined, want: number, widest?: number][] = [
    [pods, undefined, 1],
    [pods, stats(0, 0), 1],
    [pods, stats(10, 1000), 1],
    [pods, stats(100, 1000), 1],
    [pods, stats(101, 1000), 2],
    [pods, stats(400, 1000), 4],
    // From the cache no more than a million bytes are joined at once.
    [pods, stats(100_000, 1000), 10],
    [pods, stats(100_000, 1000), 3, 3],
    [`${pods}?limit=200`, stats(100_000, 1000), 2],
    [`${pods}?limit=200&resourceVersion=0`, stats(100_000, 1000), 2],
    [`${pods}?limit=5000&resourceVersion=7`, stats(100_000, 1000), 50],
    [`${pods}?limit=500&continue=x`, stats(100_000, 1000), 5],
    [`${pods}?limit=500&continue=x&labelSelector=a`, stats(2000, 1000), 10],
    [`${pods}?limit=500&continue=x&fieldSelector=spec.nodeName%3Dn`, stats(6000, 1000), 30],
    [`${pods}?resourceVersionMatch=Exact&resourceVersion=7`, stats(100_000, 1000), 100],
    [`${pods}?resourceVersionMatch=Exact&resourceVersion=7`, stats(100_000, 1000), 37, 37],
    [`${pods}?resourceVersionMatch=NotOlderThan&resourceVersion=7&limit=5000`, stats(100_000, 1000), 10],
    [`${pods}?resourceVersionMatch=odd&resourceVersion=7`, stats(3000, 1000), 30],
    ['/api/v1/namespaces/x/pods?fieldSelector=metadata.name%3Da', stats(100_000, 1000), 1],
    [`${pods}?limit=many`, stats(1, 1), 100],
    [`${pods}?limit=many`, stats(1, 1), 8, 8],
    [`${pods}?timeoutSeconds=soon`, undefined, 100],
    [`${pods}?watch=1&resourceVersion=7`, stats(100_000, 1000), 1],
    [`${pods}?watch=1&resourceVersion=0`, stats(400, 1000), 4],
    [`${pods}?watch=1`, stats(400, 1000), 4],
    [`${pods}?watch=1&resourceVersion=7&sendInitialEvents=true`, stats(400, 1000), 4],
    [`${pods}?watch=1&resourceVersion=7&sendInitialEvents=false`, stats(400, 1000), 1],
  ];
  for (const [path, of, want, widest] of table) {
    const width = listWidth(...infoOf(path), { stats: of, widest });
    assert.deepEqual(width, { initialSeats: want, finalSeats: 0, lingerMs: 0 }, path);
  }
});

test('a write takes seats for its watchers, after it is done', () => {
  const table: [watchers: number, widest: number | undefined, seats: number, lingerMs: number][] = [
    [0, undefined, 0, 0],
    [9, undefined, 0, 0],
    [10, undefined, 1, 5],
    [25, undefined, 3, 5],
    [100, undefined, 10, 5],
    [1000, undefined, 10, 50],
    [1000, 37, 10, 50],
    [100, 4, 4, 12.5],
    [10, 1, 1, 5],
  ];
  for (const [watchers, widest, finalSeats, lingerMs] of table) {
    assert.deepEqual(writeWidth(watchers, widest), { initialSeats: 1, finalSeats, lingerMs }, String(watchers));
  }
});
