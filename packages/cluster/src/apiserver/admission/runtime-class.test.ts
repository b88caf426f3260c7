import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Toleration } from '@tiphys/sdk/api';
import { serverScene } from '../server-scene.ts';
import { mergeTolerations } from './runtime-class.ts';

test('what is wrong with names that pods refer by, and with pods that have none', async () => {
  const scene = await serverScene();
  try {
    await scene.given({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'ns' } });
    const containers = [{ name: 'c', image: 'i' }];
    const cases: [metadata: object, spec: object, status: number, message: string][] = [
      [{ name: 'p' }, { runtimeClassName: '..' }, 500, `invalid resource name "..": [may not be '..']`],
      [{ name: 'p' }, { runtimeClassName: 'a/b' }, 500, `invalid resource name "a/b": [may not contain '/']`],
      [
        { name: 'p' },
        { overhead: {} },
        403,
        'pods "p" is forbidden: pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead',
      ],
      [{}, { runtimeClassName: 'x' }, 403, 'pods "Unknown" is forbidden: pod rejected: RuntimeClass "x" not found'],
      [
        { generateName: 'p-' },
        { runtimeClassName: 'x' },
        403,
        'pods "p-" is forbidden: pod rejected: RuntimeClass "x" not found',
      ],
      [
        { name: 'p' },
        { serviceAccountName: '"' },
        403,
        'pods "p" is forbidden: error looking up service account ns/": serviceaccount "\\"" not found',
      ],
    ];
    for (const [metadata, spec, status, message] of cases) {
      const answer = await scene.ask('POST', '/api/v1/namespaces/ns/pods', { metadata, spec: { containers, ...spec } });
      assert.deepEqual([answer.status, answer.message], [status, message]);
    }
  } finally {
    scene.stop();
  }
});

test('tolerations that another one covers go', () => {
  const any: Toleration = { operator: 'Exists' };
  const key: Toleration = { key: 'a', operator: 'Exists' };
  const value: Toleration = { key: 'a', operator: 'Equal', value: 'b' };
  const brief: Toleration = { key: 'a', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 10 };
  const long: Toleration = { ...brief, tolerationSeconds: 20 };
  const table: [first: Toleration[], second: Toleration[], want: Toleration[]][] = [
    [[value], [key], [key]],
    [[key], [value], [key]],
    [[key], [any], [any]],
    [[value], [value], [value]],
    [[brief], [long], [long]],
    [[value], [{ ...value, value: 'c' }], [value, { ...value, value: 'c' }]],
  ];
  for (const [first, second, want] of table) assert.deepEqual(mergeTolerations(first, second), want);
});
