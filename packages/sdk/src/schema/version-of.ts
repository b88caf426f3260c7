import type { FieldShape, KubeObject, Shape, StructShape } from '../machinery/index.ts';
import { type AnyKind, defineKind, erase, type Kind } from './kind.ts';

/** Releases in which a version went, or is to go, out of favour and out of service. */
export interface Retirement {
  readonly deprecated: string;
  readonly removed: string;
  /** What to use instead, when upstream says. */
  readonly replacement?: string;
}

/**
 * Another version of a kind that differs from it by name alone: stored in the kind's form, under the same rules, its structs
 * published under the version's own names.
 */
export function versionOf<O extends KubeObject, M>(
  hub: Kind<O, M>,
  version: string,
  retirement?: Retirement,
): Kind<O, M> {
  const apiVersion = `${hub.group}/${version}`;
  const as = (object: KubeObject, apiVersionOf: string) => ({ ...object, apiVersion: apiVersionOf });
  return defineKind<O, M>({
    ...hub,
    version,
    schema: { shape: renamed(hub.schema.shape, hub.version, version) },
    hub: {
      kind: erase(hub) satisfies AnyKind,
      toHub: (object) => as(object, hub.apiVersion),
      fromHub: (object) => as(object, apiVersion) as unknown as O,
    },
    ...(retirement && { deprecated: notice(`${apiVersion} ${hub.kind}`, retirement) }),
  });
}

const notice = (what: string, { deprecated, removed, replacement }: Retirement): string =>
  `${what} is deprecated in v${deprecated}+, unavailable in v${removed}+${replacement ? `; use ${replacement}` : ''}`;

/** The struct with the version in its own name and in those of the structs that it is made of. */
function renamed(root: StructShape, from: string, to: string): StructShape {
  const group = root.name.slice(0, root.name.lastIndexOf(`.${from}.`));
  const prefix = `${group}.${from}.`;
  const made = new Map<Shape, Shape>();
  const rename = <S extends Shape>(shape: S): S => {
    const known = made.get(shape);
    if (known) return known as S;
    const next = renameOne(shape);
    made.set(shape, next);
    return next as S;
  };
  const renameOne = (shape: Shape): Shape => {
    if (shape.type === 'list') return { ...shape, items: rename(shape.items) };
    if (shape.type === 'map') return { ...shape, values: rename(shape.values) };
    if (shape.type !== 'struct' || !shape.name.startsWith(prefix)) return shape;
    const fields = new Map<string, FieldShape>();
    const next = { ...shape, name: `${group}.${to}.${shape.name.slice(prefix.length)}`, fields };
    // Known before its fields are: a struct may hold itself.
    made.set(shape, next);
    for (const [name, field] of shape.fields) fields.set(name, { ...field, shape: rename(field.shape) });
    return next;
  };
  return rename(root);
}
