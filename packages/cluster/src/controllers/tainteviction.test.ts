import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Taint, Toleration } from '@tiphys/sdk/api';
import { patience } from './tainteviction.ts';

const a: Taint = { key: 'a', value: '1', effect: 'NoExecute' };
const b: Taint = { key: 'b', effect: 'NoExecute' };
const cases: [name: string, taints: Taint[], tolerations: Toleration[], want: number][] = [
  ['no taints', [], [], Infinity],
  ['not tolerated', [a], [], 0],
  ['one of two not tolerated', [a, b], [{ key: 'a', operator: 'Exists' }], 0],
  ['tolerated for ever', [a], [{ key: 'a', operator: 'Exists' }], Infinity],
  ['everything tolerated', [a, b], [{ operator: 'Exists' }], Infinity],
  ['tolerated by value', [a], [{ key: 'a', value: '1', effect: 'NoExecute' }], Infinity],
  ['another value', [a], [{ key: 'a', value: '2' }], 0],
  ['another effect', [a], [{ key: 'a', operator: 'Exists', effect: 'NoSchedule' }], 0],
  ['for a time', [a], [{ key: 'a', operator: 'Exists', tolerationSeconds: 30 }], 30_000],
  [
    'the shortest time counts',
    [a, b],
    [
      { key: 'a', operator: 'Exists', tolerationSeconds: 30 },
      { key: 'b', operator: 'Exists', tolerationSeconds: 10 },
    ],
    10_000,
  ],
  ['a negative time is none', [a], [{ key: 'a', operator: 'Exists', tolerationSeconds: -5 }], 0],
];
for (const [name, taints, tolerations, want] of cases) {
  test(`patience: ${name}`, () => assert.equal(patience(taints, tolerations), want));
}
