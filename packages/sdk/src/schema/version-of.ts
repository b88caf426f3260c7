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
  // That one version is on its way out says nothing of another.
  const { deprecated: _, ...same } = hub;
  const as = (object: KubeObject, apiVersionOf: string) => ({ ...object, apiVersion: apiVersionOf });
  return defineKind<O, M>({
    ...same,
    version,
    schema: { shape: renamed(hub.schema.shape, { from: hub.version, to: version }) },
    hub: {
      kind: erase(hub) satisfies AnyKind,
      toHub: (object) => as(object, hub.apiVersion),
      fromHub: (object) => as(object, apiVersion) as unknown as O,
    },
    ...(retirement && { deprecated: retirementNotice(`${apiVersion} ${hub.kind}`, retirement) }),
  });
}

export const retirementNotice = (what: string, { deprecated, removed, replacement }: Retirement): string =>
  `${what} is deprecated in v${deprecated}+, unavailable in v${removed}+${replacement ? `; use ${replacement}` : ''}`;

/**
 * The struct with the version in its own name and in those of the structs that it is made of. Some may be replaced by others,
 * which say the version in their names already.
 */
export function renamed(
  root: StructShape,
  { from, to, replaced = new Map() }: { from: string; to: string; replaced?: ReadonlyMap<Shape, StructShape> },
): StructShape {
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
    if (shape.type !== 'struct') return shape;
    const form = replaced.get(shape) ?? shape;
    const name = form.name.startsWith(prefix) ? `${group}.${to}.${form.name.slice(prefix.length)}` : form.name;
    if (!name.startsWith(`${group}.${to}.`)) return shape;
    const fields = new Map<string, FieldShape>();
    const next = { ...form, name, fields };
    // Known before its fields are: a struct may hold itself.
    made.set(shape, next);
    for (const [name, field] of form.fields) fields.set(name, { ...field, shape: rename(field.shape) });
    return next;
  };
  return rename(root);
}
