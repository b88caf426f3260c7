import assert from 'node:assert/strict';
import { test } from 'node:test';
import { declaredKinds, facts, isServed, noFacts, titleOf } from './facts.ts';

interface Printed {
  readonly group: string;
  readonly versions: readonly string[];
  readonly kind: string;
  readonly columns: readonly (readonly [name: string, type: string, format: string, priority: number])[];
  readonly source: string;
}

const { kinds: printed = [] } = facts<{ kinds?: readonly Printed[] }>('columns.json');

test('every kind prints with the published columns', { skip: noFacts }, async (t) => {
  for (const kind of declaredKinds) {
    const fact = printed.find(
      (p) => p.group === kind.group && p.kind === kind.kind && p.versions.includes(kind.version),
    );
    if (!fact) continue;
    // A kind that isn't served yet may still be without; one that has columns has the right ones.
    if (!kind.columns && !isServed(kind)) continue;
    await t.test(titleOf(kind), () => {
      const titled = kind.columns?.filter(({ untitled }) => !untitled);
      const mine = titled?.map(({ name, type, format = '', priority = 0 }) => [name, type, format, priority]);
      assert.deepEqual(mine, fact.source === 'defaultTableConvertor' ? undefined : fact.columns);
    });
  }
});
