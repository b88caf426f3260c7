import { type CustomResourceSubresourceScale, objectMeta } from '@tiphys/sdk/api';
import { type RuleFindings, RuleSet } from '@tiphys/sdk/cel';
import { type FieldError, invalid, type KubeObject } from '@tiphys/sdk/machinery';
import {
  type JSONSchemaProps,
  schemaEmbeddedRules,
  schemaListRules,
  schemaStatusRules,
  schemaValueRules,
} from '@tiphys/sdk/schema';
import { type Nested, nestedInteger, nestedText } from './nested.ts';

export interface ResourceRulesDeps {
  readonly apiVersion: string;
  readonly kind: string;
  readonly schemaOf: () => JSONSchemaProps | undefined;
  readonly scale?: CustomResourceSubresourceScale | undefined;
}

/** What is asked of a defined kind's objects, in upstream's order. */
export class ResourceRules {
  readonly #deps: ResourceRulesDeps;
  readonly #found = new WeakMap<KubeObject, RuleFindings>();
  /** Compiled when first asked; null when the schema has no rules. */
  #expressions: RuleSet | null | undefined;

  constructor(deps: ResourceRulesDeps) {
    this.#deps = deps;
  }

  ofObject(next: KubeObject, old: KubeObject | undefined): Iterable<FieldError> {
    const schema = this.#deps.schemaOf();
    if (!schema) return [];
    const [object, before] = [this.#typed(next), old && this.#typed(old)];
    const errors = [
      ...schemaValueRules(schema, object, before),
      ...this.#specScaleRules(next),
      ...this.#statusScaleRules(next),
      ...schemaEmbeddedRules(schema, object, objectMeta.shape),
      ...schemaListRules(schema, object, before),
    ];
    return [...errors, ...this.#expressionRules(errors, next, old)];
  }

  ofStatus(next: KubeObject, old: KubeObject): Iterable<FieldError> {
    const schema = this.#deps.schemaOf();
    if (!schema) return [];
    const errors = [
      ...schemaStatusRules(schema, next, old),
      ...this.#statusScaleRules(next),
      ...schemaListRules(schema, this.#typed(next), this.#typed(old)),
    ];
    return [...errors, ...this.#expressionRules(errors, next, old)];
  }

  /** What is wrong with an object that was looked at, and was wrong before. */
  warnings(next: KubeObject): Iterable<string> {
    return this.#found.get(next)?.warnings ?? [];
  }

  /** Rules aren't asked about values that may not be what they were written for. */
  *#expressionRules(
    errors: readonly FieldError[],
    next: KubeObject,
    old: KubeObject | undefined,
  ): Iterable<FieldError> {
    if (this.#expressions === undefined) this.#expressions = RuleSet.of(this.#deps.schemaOf()!) ?? null;
    if (!this.#expressions) return;
    if (errors.some(({ type }) => blocking.has(type))) {
      yield invalid('<nil>', null, notChecked);
      return;
    }
    const found = this.#expressions.evaluate({ object: this.#typed(next), oldObject: old && this.#typed(old) });
    this.#found.set(next, found);
    yield* found.errors;
  }

  *#specScaleRules(object: KubeObject): Iterable<FieldError> {
    const { specReplicasPath: path } = this.#deps.scale ?? {};
    if (path) yield* countRules(path, nestedInteger(object, path));
  }

  *#statusScaleRules(object: KubeObject): Iterable<FieldError> {
    const { statusReplicasPath: path, labelSelectorPath } = this.#deps.scale ?? {};
    if (path) yield* countRules(path, nestedInteger(object, path));
    if (labelSelectorPath === undefined) return;
    const { problem } = nestedText(object, labelSelectorPath);
    if (problem) yield invalid(labelSelectorPath, '', problem);
  }

  /** Schemas may speak of version and kind, too. */
  #typed(object: KubeObject): KubeObject {
    const { apiVersion, kind } = this.#deps;
    return { ...object, apiVersion, kind };
  }
}

const blocking = new Set<FieldError['type']>([
  'FieldValueNotSupported',
  'FieldValueRequired',
  'FieldValueTooLong',
  'FieldValueTooMany',
  'FieldValueTypeInvalid',
]);
const notChecked =
  'some validation rules were not checked because the object was invalid; correct the existing errors to complete validation';

const largestCount = 2 ** 31 - 1;

function* countRules(path: string, { value = 0, problem }: Nested<number>): Iterable<FieldError> {
  if (problem) yield invalid(path, 0, problem);
  else if (value < 0) yield invalid(path, value, 'should be a non-negative integer');
  else if (value > largestCount) yield invalid(path, value, `should be less than or equal to ${largestCount}`);
}
