/** What rules need to know of a schema: JSON Schema's words with Kubernetes' own, as definitions publish them. */
export interface StructuralSchema {
  readonly type?: string;
  readonly format?: string;
  readonly nullable?: boolean;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly required?: readonly string[];
  readonly maxLength?: number;
  readonly maxItems?: number;
  readonly maxProperties?: number;
  readonly items?: StructuralSchema | readonly StructuralSchema[];
  readonly properties?: Readonly<Record<string, StructuralSchema>>;
  readonly additionalProperties?: StructuralSchema | boolean;
  readonly 'x-kubernetes-preserve-unknown-fields'?: boolean;
  readonly 'x-kubernetes-embedded-resource'?: boolean;
  readonly 'x-kubernetes-int-or-string'?: boolean;
  readonly 'x-kubernetes-list-type'?: string;
  readonly 'x-kubernetes-list-map-keys'?: readonly string[];
  readonly 'x-kubernetes-map-type'?: string;
  readonly 'x-kubernetes-validations'?: readonly ValidationRule[];
}

export interface ValidationRule {
  readonly rule: string;
  readonly message?: string;
  readonly messageExpression?: string;
  readonly reason?: string;
  readonly fieldPath?: string;
  readonly optionalOldSelf?: boolean;
}

export const itemsOf = ({ items }: StructuralSchema): StructuralSchema | undefined =>
  items === undefined || Array.isArray(items) ? undefined : (items as StructuralSchema);

export const valuesOf = ({ additionalProperties: values }: StructuralSchema): StructuralSchema | undefined =>
  typeof values === 'object' ? values : undefined;

export const isEmbedded = (schema: StructuralSchema): boolean => schema['x-kubernetes-embedded-resource'] === true;

const text: StructuralSchema = { type: 'string' };
const names: StructuralSchema = { type: 'object', properties: { name: text, generateName: text } };

/** A resource's kind, version and names are there for rules, whatever its schema says. */
export function withTypeAndNames(schema: StructuralSchema): StructuralSchema {
  const { kind, apiVersion, metadata } = schema.properties ?? {};
  const { name, generateName } = metadata?.properties ?? {};
  const isSaid =
    [kind, apiVersion, name, generateName].every((s) => s?.type === 'string') && metadata?.type === 'object';
  if (isSaid) return schema;
  return { ...schema, properties: { ...schema.properties, kind: text, apiVersion: text, metadata: names } };
}
