import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type CustomResourceDefinition, customResourceDefinition, objectMeta } from '@tiphys/sdk/api';
import type { KubeObject } from '@tiphys/sdk/machinery';
import { decode, DecodeError, resourceShape } from '@tiphys/sdk/schema';
import { anySchema, fuzz, fuzzOptions, Recipe, refusedBy } from '@tiphys/sdk/testing';
import { ResourceRules } from './rules.ts';

const members = ['a', 'b', 'spec', 'status', 'metadata', 'kind', 'constructor', '__proto__', ''];

test('any definition is taken or refused in words, and one that is taken judges any object', () => {
  const check = (input: Buffer) => {
    const recipe = new Recipe(input, members);
    const openAPIV3Schema = anySchema(recipe, { members, depth: 3 });
    if (recipe.byte() % 4) openAPIV3Schema.type = 'object';
    const versions = [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema } }];
    const spec = { group: 'x.io', scope: 'Namespaced', names: { plural: 'things', kind: 'Thing' }, versions };
    refusedBy([DecodeError], () => {
      const { shape } = customResourceDefinition.schema;
      const definition = decode(shape, { metadata: { name: 'things.x.io' }, spec }) as CustomResourceDefinition;
      customResourceDefinition.default!(definition);
      const problems = [...customResourceDefinition.validate!(definition, undefined)];
      for (const problem of problems) assert.equal(typeof problem.message, 'string');
      if (problems.length) return;
      const schema = definition.spec.versions![0]!.schema!.openAPIV3Schema!;
      const read = resourceShape(() => schema, { name: 'x.Thing', meta: objectMeta.shape });
      const rules = new ResourceRules({ apiVersion: 'x.io/v1', kind: 'Thing', schemaOf: () => schema });
      const objectOf = () => decode(read, { metadata: {}, ...recipe.object(5) }) as KubeObject;
      const [next, old] = [objectOf(), objectOf()];
      for (const before of [undefined, old]) for (const p of rules.ofObject(next, before)) void p.message;
      for (const p of rules.ofStatus(next, old)) void p.message;
    });
  };
  const corpus = new URL('../../../src/apiserver/crd/corpus/definitions.txt', import.meta.url);
  return fuzz({ corpus, check }, fuzzOptions(process.env));
});
