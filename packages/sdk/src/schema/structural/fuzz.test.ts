import { test } from 'node:test';
import { type KubeObject, type StructShape } from '../../machinery/index.ts';
import { anySchema, fuzz, fuzzOptions, Recipe, refusedBy } from '../../testing/index.ts';
import { decode } from '../decode.ts';
import { DecodeError } from '../decode-error.ts';
import * as s from '../words.ts';
import { resourceShape } from './shape.ts';
import { schemaEmbeddedRules, schemaListRules, schemaValueRules } from './resource-rules.ts';

const meta = s.struct('x.Meta', { name: s.zero(1, s.str()), labels: s.zero(2, s.map(s.str())) }).shape as StructShape;
const members = ['a', 'b', 'spec', 'metadata', 'kind', 'constructor', '__proto__', ''];
test('values of whatever schema are read, and refused in words', () => {
  const check = (input: Buffer) => {
    const recipe = new Recipe(input, members);
    const schema = anySchema(recipe, { members, depth: 3 });
    const shape = resourceShape(() => schema, { name: 'x.Thing', meta });
    const objectFrom = () => decode(shape, { metadata: {}, ...recipe.object(5) }) as KubeObject;
    refusedBy([DecodeError], () => {
      const [next, old] = [objectFrom(), objectFrom()];
      for (const before of [undefined, old]) {
        for (const problem of schemaValueRules(schema, next, before)) void problem.message;
        for (const problem of schemaListRules(schema, next, before)) void problem.message;
      }
      for (const problem of schemaEmbeddedRules(schema, next, meta)) void problem.message;
    });
  };
  const corpus = new URL('../../../src/schema/structural/corpus/schemas-and-values.txt', import.meta.url);
  return fuzz({ corpus, check }, fuzzOptions(process.env));
});
