import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { deepCopy, deepFreeze, type KubeObject } from '@tiphys/sdk/machinery';
import { type AnyKind, decode } from '@tiphys/sdk/schema';
import { declaredKinds, titleOf } from './facts.ts';

const filled = new URL('../../../../shared/golden/roundtrip/', import.meta.url);

/** A write of the status fills defaults of an object whose other members are the stored one's own, which nobody may change. */
test('defaults of an object that has them change nothing, not even to the same', async (t) => {
  for (const kind of declaredKinds) {
    for (const [what, json] of samples(kind)) {
      await t.test(`${titleOf(kind)}, ${what}`, () => {
        const object = decode(kind.schema.shape, json) as KubeObject;
        kind.default?.(object);
        const before = deepCopy(object);
        for (const [name, member] of Object.entries(object))
          if (name !== 'metadata' && name !== 'status') deepFreeze(member);
        kind.default?.(object);
        assert.deepEqual(object, before);
      });
    }
  }
});

function* samples(kind: AnyKind): Iterable<[what: string, json: unknown]> {
  yield ['nearly nothing set', { metadata: { name: 'x' }, spec: {}, status: {} }];
  const file = new URL(`${kind.group || 'core'}.${kind.version}.${kind.kind}.json`, filled);
  if (existsSync(file)) yield ['every field set', JSON.parse(readFileSync(file, 'utf8'))];
}
