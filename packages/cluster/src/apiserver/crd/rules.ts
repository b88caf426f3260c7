import { type CustomResourceSubresourceScale, objectMeta } from '@tiphys/sdk/api';
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

  constructor(deps: ResourceRulesDeps) {
    this.#deps = deps;
  }

  *ofObject(next: KubeObject, old: KubeObject | undefined): Iterable<FieldError> {
    const schema = this.#deps.schemaOf();
    if (!schema) return;
    const [object, before] = [this.#typed(next), old && this.#typed(old)];
    yield* schemaValueRules(schema, object, before);
    yield* this.#specScaleRules(next);
    yield* this.#statusScaleRules(next);
    yield* schemaEmbeddedRules(schema, object, objectMeta.shape);
    yield* schemaListRules(schema, object, before);
  }

  *ofStatus(next: KubeObject, old: KubeObject): Iterable<FieldError> {
    const schema = this.#deps.schemaOf();
    if (!schema) return;
    yield* schemaStatusRules(schema, next, old);
    yield* this.#statusScaleRules(next);
    yield* schemaListRules(schema, this.#typed(next), this.#typed(old));
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

const largestCount = 2 ** 31 - 1;

function* countRules(path: string, { value = 0, problem }: Nested<number>): Iterable<FieldError> {
  if (problem) yield invalid(path, 0, problem);
  else if (value < 0) yield invalid(path, value, 'should be a non-negative integer');
  else if (value > largestCount) yield invalid(path, value, `should be less than or equal to ${largestCount}`);
}
