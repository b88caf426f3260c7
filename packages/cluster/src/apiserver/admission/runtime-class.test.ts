import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Toleration } from '@tiphys/sdk/api';
import { mergeTolerations } from './runtime-class.ts';

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
