import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as api from '@tiphys/sdk/api';
import { erase } from '@tiphys/sdk/schema';
import { declaredKinds } from '../kinds.ts';
import { loadTexts } from '../openapi/descriptions.ts';
import { fieldOf } from './column-texts.ts';
import { columnDefinitions } from './table.ts';

test('the field that a column shows is one of its kind', () => {
  for (const kind of declaredKinds) {
    const { shape } = (kind.hub?.kind ?? kind).schema;
    for (const { name, field } of kind.columns ?? []) {
      assert.ok(
        field === undefined || fieldOf(shape, field),
        `${kind.apiVersion} ${kind.kind}: ${name} shows ${field}`,
      );
    }
  }
});

for (const [path, want] of [
  ['status.podIP', 'io.k8s.api.core.v1.PodStatus/podIP'],
  ['metadata.name', 'io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta/name'],
  ['status.podIP.more', undefined],
  ['spec.nothing', undefined],
] as const) {
  test(`${path} of a pod is ${want ?? 'nothing'}`, () => assert.equal(fieldOf(api.pod.schema.shape, path), want));
}

test(
  'a column has words of its own or those of its field',
  { skip: loadTexts().size === 0 && 'texts not built' },
  () => {
    const said = new Map(columnDefinitions(erase(api.replicaSet)).map((c) => [c.name, c.description]));
    assert.equal(said.get('Containers'), 'Names of each container in the template.');
    assert.match(said.get('Ready') ?? '', /pods targeted by this ReplicaSet with a Ready Condition/);
    assert.match(said.get('Age') ?? '', /\n\nPopulated by the system/);
  },
);
