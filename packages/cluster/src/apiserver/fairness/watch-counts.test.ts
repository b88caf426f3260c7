import assert from 'node:assert/strict';
import { test } from 'node:test';
import { requestInfo } from '../filters/request-info.ts';
import { WatchCounts } from './watch-counts.ts';

test('whoever may be told of a write is counted', () => {
  const counts = new WatchCounts();
  const watch = (path: string) => {
    const [plain = '', query = ''] = path.split('?');
    const params = new URLSearchParams(`watch=1&${query}`);
    return counts.add(requestInfo('GET', plain, params), params);
  };
  const of = (method: string, path: string) => counts.of(requestInfo(method, path, new URLSearchParams()));
  const pods = '/api/v1/namespaces/a/pods';
  assert.equal(of('POST', pods), 0);
  const open = [
    watch('/api/v1/pods'),
    watch('/api/v1/pods?labelSelector=x%3Dy'),
    watch(pods),
    watch(`${pods}?fieldSelector=metadata.name%3Dp`),
    watch('/api/v1/namespaces/b/pods'),
    // Told of one node's alone.
    watch('/api/v1/pods?fieldSelector=spec.nodeName%3Dn'),
    // Told of those without a node, which new ones are.
    watch('/api/v1/pods?fieldSelector=spec.nodeName%3D'),
    watch('/api/v1/pods?fieldSelector=spec.nodeName!%3Dn'),
    watch('/apis/made.up/v1/pods'),
    watch('/api/v1/configmaps'),
  ];
  const table: [method: string, path: string, want: number][] = [
    ['POST', pods, 5],
    ['PUT', `${pods}/p`, 6],
    ['PATCH', `${pods}/p/status`, 6],
    ['DELETE', `${pods}/q`, 5],
    ['POST', '/api/v1/namespaces/b/pods', 5],
    ['POST', '/api/v1/namespaces/c/pods', 4],
    ['POST', '/apis/made.up/v1/pods', 1],
    ['POST', '/apis/other.up/v1/pods', 0],
    ['POST', '/api/v1/namespaces/a/secrets', 0],
  ];
  for (const [method, path, want] of table) assert.equal(of(method, path), want, `${method} ${path}`);
  for (const forget of open) forget();
  for (const [method, path] of table) assert.equal(of(method, path), 0);
});
