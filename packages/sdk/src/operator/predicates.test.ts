import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '../machinery/index.ts';
import { annotationsChanged, anyOf, generationChanged, labelsChanged, type Predicate } from './predicates.ts';

const an = (metadata: KubeObject['metadata']): KubeObject => ({ metadata: { name: 'x', generation: 1, ...metadata } });

const table: [name: string, predicate: Predicate<KubeObject>, next: KubeObject['metadata'], counts: boolean][] = [
  ['a new spec', generationChanged, { generation: 2 }, true],
  ['the beginning of deletion', generationChanged, { deletionTimestamp: '2026-01-01T00:00:00Z' }, true],
  ['a label, for who asks about the spec', generationChanged, { labels: { a: 'b' } }, false],
  ['a label', labelsChanged, { labels: { a: 'b' } }, true],
  ['an annotation, for who asks about labels', labelsChanged, { annotations: { a: 'b' } }, false],
  ['an annotation', annotationsChanged, { annotations: { a: 'b' } }, true],
  ['one of two', anyOf(labelsChanged, annotationsChanged), { annotations: { a: 'b' } }, true],
  ['none of two', anyOf(labelsChanged, annotationsChanged), { generation: 2 }, false],
];

for (const [name, predicate, next, counts] of table) {
  test(`${name} ${counts ? 'counts' : 'does not count'}`, () => assert.equal(predicate(an(next), an({})), counts));
}

test('additions and deletions count always', () => {
  for (const predicate of [generationChanged, labelsChanged, annotationsChanged]) {
    assert.ok(predicate(an({}), undefined));
    assert.ok(predicate(undefined, an({})));
  }
});
