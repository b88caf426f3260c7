import assert from 'node:assert/strict';
import { test } from 'node:test';
import { aPod } from '@tiphys/sdk/testing';
import { Nominations } from './nominations.ts';
import { podInfo } from './pod-info.ts';

const a = podInfo(aPod({ metadata: { name: 'a', uid: 'a' } }));
const on = (n: Nominations, node: string) => n.on(node).map((p) => p.uid);

test('a promise stands until it is kept, moved or withdrawn', () => {
  const nominations = new Nominations();
  nominations.set(a, 'n1');
  assert.deepEqual(on(nominations, 'n1'), ['a']);
  nominations.set(a, undefined);
  assert.deepEqual(on(nominations, 'n1'), ['a'], 'news that does not know of it yet');
  nominations.set(a, 'n2');
  assert.deepEqual([on(nominations, 'n1'), on(nominations, 'n2')], [[], ['a']]);
  nominations.remove('a');
  nominations.remove('a');
  assert.deepEqual(on(nominations, 'n2'), []);
});
