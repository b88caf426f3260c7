import assert from 'node:assert/strict';
import { test } from 'node:test';
import { containerColumns, labelsText, selectorText, since } from './columns.ts';

const now = Date.parse('2026-01-01T00:10:00Z');

test('how long ago', () => {
  assert.equal(since('2026-01-01T00:09:30Z', now), '30s');
  assert.equal(since('2026-01-01T00:00:00.500000Z', now), '9m59s');
  assert.equal(since(undefined, now), '<unknown>');
  assert.equal(since(null, now), '<unknown>');
});

test('selectors and labels', () => {
  assert.equal(labelsText(undefined), '<none>');
  assert.equal(labelsText({ b: '2', a: '1', c: '' }), 'a=1,b=2,c=');
  assert.equal(selectorText(undefined), '<none>');
  assert.equal(selectorText({}), '<none>');
  assert.equal(
    selectorText({
      matchLabels: { app: 'a' },
      matchExpressions: [
        { key: 'tier', operator: 'In', values: ['z', 'b'] },
        { key: 'old', operator: 'DoesNotExist' },
      ],
    }),
    'app=a,!old,tier in (b,z)',
  );
});

test('containers and images', () => {
  const [names, images] = containerColumns(
    (o: { spec?: { containers: { name: string; image?: string }[] } }) => o.spec,
  );
  const o = { spec: { containers: [{ name: 'a', image: 'x:1' }, { name: 'b' }] } };
  assert.equal(names.value(o, { now }), 'a,b');
  assert.equal(images.value(o, { now }), 'x:1,');
  assert.equal(names.value({}, { now }), '');
});
