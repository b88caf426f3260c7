import type { KubeObject, StructShape } from '../machinery/index.ts';
import { type AnyKind, type Column, defineKind, erase, type Kind, type PartStrategy } from './kind.ts';
import { setFields } from './set-fields.ts';
import { renamed, type Retirement, retirementNotice } from './version-of.ts';
import type { Struct } from './words.ts';

/** How a version says things that its hub says otherwise. */
export interface Conversion extends Retirement {
  /** Structs of the version's own, each in the place of one of the hub's. */
  readonly structs: readonly (readonly [
    ofHub: { readonly shape: StructShape },
    own: { readonly shape: StructShape },
  ])[];
  toHub(object: KubeObject): KubeObject;
  fromHub(object: KubeObject): KubeObject;
}

/**
 * Another version of a kind, with a form of its own. All that the kind does is done to the hub's form of an object: what is
 * changed there is changed here, and errors speak of the hub's fields, as upstream's do.
 */
export function convertedVersionOf<O extends KubeObject, M>(
  hub: Kind<O, M>,
  version: string,
  conversion: Conversion,
): AnyKind {
  const apiVersion = `${hub.group}/${version}`;
  const toHub = (object: KubeObject): KubeObject => ({ ...conversion.toHub(object), apiVersion: hub.apiVersion });
  const fromHub = (object: KubeObject): KubeObject => ({ ...conversion.fromHub(object), apiVersion });
  const replaced = new Map(conversion.structs.map(([of, own]) => [of.shape, own.shape]));
  const schema = { shape: renamed(hub.schema.shape, { from: hub.version, to: version, replaced }) };
  return defineKind<KubeObject, unknown>({
    ...through(erase(hub), schema, { toHub, fromHub }),
    version,
    schema,
    hub: { kind: erase(hub), toHub, fromHub },
    deprecated: retirementNotice(`${apiVersion} ${hub.kind}`, conversion),
  });
}

type Forms = Pick<Conversion, 'toHub' | 'fromHub'>;

/** The kind, with everything that it does to objects done to another form of them. */
function through(kind: AnyKind, schema: Struct<KubeObject, unknown>, { toHub, fromHub }: Forms): AnyKind {
  const change = (object: KubeObject, how: (form: KubeObject) => void): void => {
    const form = toHub(object);
    how(form);
    setFields(schema, object, fromHub(form));
  };
  const maybe = (object: KubeObject | undefined) => object && toHub(object);
  const partThrough = (part: PartStrategy<KubeObject>): PartStrategy<KubeObject> => ({
    ...part,
    prepareForUpdate: (next, old, context) =>
      change(next, (form) => part.prepareForUpdate?.(form, toHub(old), context)),
    validate: (next, old, context) => part.validate?.(toHub(next), toHub(old), context) ?? [],
    validateChange: (next, old, context) => part.validateChange?.(toHub(next), toHub(old), context) ?? [],
    warnings: (next, old) => part.warnings?.(toHub(next), toHub(old)) ?? [],
  });
  const { status, parts, columns, fieldSelectors } = kind;
  const columnThrough = (column: Column<KubeObject>): Column<KubeObject> => ({
    ...column,
    value: (object, context) => column.value(toHub(object), context),
  });
  return {
    ...kind,
    ...(typeof status === 'object' && { status: partThrough(status) }),
    ...(parts && { parts: mapped(parts, partThrough) }),
    ...(columns && { columns: columns.map(columnThrough) }),
    ...(fieldSelectors && { fieldSelectors: mapped(fieldSelectors, (of) => (object) => of(toHub(object))) }),
    prepareForCreate: (object, context) => change(object, (form) => kind.prepareForCreate?.(form, context)),
    prepareForUpdate: (next, old, context) =>
      change(next, (form) => kind.prepareForUpdate?.(form, toHub(old), context)),
    validate: (next, old, context) => kind.validate?.(toHub(next), maybe(old), context) ?? [],
    validateCreation: (next) => kind.validateCreation?.(toHub(next)) ?? [],
    validateChange: (next, old, context) => kind.validateChange?.(toHub(next), toHub(old), context) ?? [],
    warnings: (next, old) => kind.warnings?.(toHub(next), maybe(old)) ?? [],
  };
}

const mapped = <V>(of: Readonly<Record<string, V>>, how: (value: V) => V): Record<string, V> =>
  Object.fromEntries(Object.entries(of).map(([name, value]) => [name, how(value)]));
