import { test } from 'node:test';
import { type KubeObject, type StructShape } from '../../machinery/index.ts';
import { fuzz, fuzzOptions, Recipe, refusedBy } from '../../testing/index.ts';
import { decode } from '../decode.ts';
import { DecodeError } from '../decode-error.ts';
import * as s from '../words.ts';
import type { JSONSchemaProps } from './json-schema.ts';
import { resourceShape } from './shape.ts';
import { schemaEmbeddedRules, schemaListRules, schemaValueRules } from './resource-rules.ts';

const meta = s.struct('x.Meta', { name: s.zero(1, s.str()), labels: s.zero(2, s.map(s.str())) }).shape as StructShape;
const members = ['a', 'b', 'spec', 'metadata', 'kind', 'constructor', '__proto__', ''];
const typeNames = ['object', 'array', 'string', 'integer', 'number', 'boolean', ''];
const formats = ['int32', 'date-time', 'byte', 'uuid', 'ipv4', 'cidr', 'email', 'duration', 'x'];
const numbers = [0, 1, 2, -1, 0.1, 2 ** 53];

/** A schema as validation lets it be: what its type doesn't know may stand in it all the same. */
function schemaFrom(recipe: Recipe, depth: number): JSONSchemaProps {
  const schema: JSONSchemaProps = { type: recipe.pick(typeNames) };
  for (let left = recipe.byte() % 5; left > 0; left--) Object.assign(schema, wordFrom(recipe, depth));
  return schema;
}

function wordFrom(recipe: Recipe, depth: number): JSONSchemaProps {
  const below = (): JSONSchemaProps => (depth ? schemaFrom(recipe, depth - 1) : {});
  const some = <T>(of: () => T): T[] => Array.from({ length: recipe.byte() % 4 }, of);
  const words: (() => JSONSchemaProps)[] = [
    () => ({ properties: Object.fromEntries(some(() => [recipe.pick(members), below()])) }),
    () => ({ items: below() }),
    () => ({ additionalProperties: recipe.byte() % 2 ? below() : recipe.byte() % 2 === 0 }),
    () => ({ required: some(() => recipe.pick(members)) }),
    () => ({ enum: some(() => recipe.value(2)) }),
    () => ({ default: recipe.value(3) }),
    () => ({ nullable: true }),
    () => ({ format: recipe.pick(formats) }),
    () => ({ pattern: recipe.pick(['^a', '(', '.*', 'x{2}']) }),
    () => ({ minimum: recipe.pick(numbers), exclusiveMinimum: recipe.byte() % 2 === 0 }),
    () => ({ maximum: recipe.pick(numbers), multipleOf: recipe.pick(numbers) }),
    () => ({ minLength: recipe.pick(numbers), maxLength: recipe.pick(numbers) }),
    () => ({ minItems: recipe.pick(numbers), maxItems: recipe.pick(numbers), uniqueItems: true }),
    () => ({ minProperties: recipe.pick(numbers), maxProperties: recipe.pick(numbers) }),
    () => ({ allOf: some(below) }),
    () => ({ anyOf: some(below) }),
    () => ({ oneOf: some(below) }),
    () => ({ not: below() }),
    () => ({ 'x-kubernetes-preserve-unknown-fields': true }),
    () => ({ 'x-kubernetes-embedded-resource': true }),
    () => ({ 'x-kubernetes-int-or-string': true }),
    () => ({ 'x-kubernetes-list-type': recipe.pick(['map', 'set', 'atomic']) }),
    () => ({ 'x-kubernetes-list-map-keys': some(() => recipe.pick(members)) }),
  ];
  return recipe.pick(words)();
}

test('values of whatever schema are read, and refused in words', () => {
  const check = (input: Buffer) => {
    const recipe = new Recipe(input, members);
    const schema = schemaFrom(recipe, 3);
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
