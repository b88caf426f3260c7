import type { JSONSchemaProps } from '../../schema/index.ts';
import type { Recipe } from './recipe.ts';

const typeNames = ['object', 'array', 'string', 'integer', 'number', 'boolean', ''];
const formats = ['int32', 'date-time', 'byte', 'uuid', 'ipv4', 'cidr', 'email', 'duration', 'x'];
const numbers = [0, 1, 2, -1, 0.1, 2 ** 53];

const rules = [
  'self == self',
  'has(self.a)',
  'self > 1',
  'self.all(x, x == oldSelf)',
  'oldSelf == self',
  'size(self) < 3',
  ')',
];

interface SchemaParts {
  /** Names of properties. */
  readonly members: readonly string[];
  readonly depth: number;
}

/** A schema of a custom resource, of any words in any place: much of it makes no sense. */
export function anySchema(recipe: Recipe, { members, depth }: SchemaParts): JSONSchemaProps {
  const schema: JSONSchemaProps = { type: recipe.pick(typeNames) };
  for (let left = recipe.byte() % 5; left > 0; left--) Object.assign(schema, anyWord(recipe, { members, depth }));
  return schema;
}

function anyWord(recipe: Recipe, { members, depth }: SchemaParts): JSONSchemaProps {
  const below = (): JSONSchemaProps => (depth ? anySchema(recipe, { members, depth: depth - 1 }) : {});
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
    () => ({ 'x-kubernetes-validations': some(() => ({ rule: recipe.pick(rules) })) }),
  ];
  return recipe.pick(words)();
}
