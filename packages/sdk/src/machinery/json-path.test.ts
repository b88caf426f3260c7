import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseJsonPath } from './json-path.ts';

const value = {
  spec: {
    ports: [
      { name: 'web', port: 80 },
      { name: 'admin', port: 8080, tls: true },
    ],
    'a.b': 'dotted',
    list: [1, 2, 3, 4],
    nothing: null,
  },
  status: {
    conditions: [
      { type: 'Ready', status: 'True' },
      { type: 'Synced', status: 'False' },
    ],
  },
};

test('what paths find', () => {
  const table: [path: string, want: unknown[]][] = [
    ['.spec.ports[0].port', [80]],
    ['$.spec.ports[0].port', [80]],
    ['.spec.ports[-1].name', ['admin']],
    ['.spec.ports[*].name', ['web', 'admin']],
    ['.spec.list[1:3]', [2, 3]],
    ['.spec.list[0,2]', [1, 3]],
    ['.spec.list[::2]', [1, 3]],
    ["['spec']['list'][0]", [1]],
    ['.spec.a\\.b', ['dotted']],
    ['.status.conditions[?(@.type=="Ready")].status', ['True']],
    ['.spec.ports[?(@.port>100)].name', ['admin']],
    ['.spec.ports[?(@.tls)].name', ['admin']],
    ['..name', ['web', 'admin']],
    ['.nowhere', []],
    ['.spec.nothing', [null]],
  ];
  for (const [path, want] of table) assert.deepEqual(parseJsonPath(path)(value), want, path);
});

test('what is no path, and what cannot be followed', () => {
  for (const path of ['.spec[', '.spec[a', '.spec[?(@.x', '.a[1:2:3:4]'])
    assert.throws(() => parseJsonPath(path), path);
  assert.throws(() => parseJsonPath('.spec.list[9]')(value));
});
