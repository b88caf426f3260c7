import { objectMeta } from '@tiphys/sdk/api';
import type { FieldError, KubeObject } from '@tiphys/sdk/machinery';
import {
  type JSONSchemaProps,
  schemaEmbeddedRules,
  schemaListRules,
  schemaStatusRules,
  schemaValueRules,
} from '@tiphys/sdk/schema';

export interface ResourceRulesDeps {
  readonly apiVersion: string;
  readonly kind: string;
  readonly schemaOf: () => JSONSchemaProps | undefined;
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
    yield* schemaEmbeddedRules(schema, object, objectMeta.shape);
    yield* schemaListRules(schema, object, before);
  }

  *ofStatus(next: KubeObject, old: KubeObject): Iterable<FieldError> {
    const schema = this.#deps.schemaOf();
    if (!schema) return;
    yield* schemaStatusRules(schema, next, old);
    yield* schemaListRules(schema, this.#typed(next), this.#typed(old));
  }

  /** Schemas may speak of version and kind, too. */
  #typed(object: KubeObject): KubeObject {
    const { apiVersion, kind } = this.#deps;
    return { ...object, apiVersion, kind };
  }
}
