import type { AnyKind } from '@tiphys/sdk/schema';
import { servedKinds } from 'tiphys/apiserver';
import { type MinimalRow, minimalRows } from './minimal-rows.ts';

/** An object as it is sent. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly [field: string]: unknown;
}

/** A valid object of a built-in kind with little more than it must have. */
export interface MinimalObject {
  /** `deployments.v1.apps`, by which clients name the resource without a doubt. */
  readonly resource: string;
  readonly object: Manifest;
  /** Its collection. */
  readonly path: string;
  /** A merge patch that it may be given later. */
  readonly change: Readonly<Record<string, unknown>>;
}

/** One of every kind that is stored by default, those that have a namespace in this one. */
export const minimalObjects = (namespace: string): readonly MinimalObject[] =>
  objectsOf(minimalRows(namespace), servedKinds, namespace);

/** An object for each row; all the rows' kinds are among these. */
export function objectsOf(
  rows: readonly MinimalRow[],
  of: readonly AnyKind[],
  namespace: string,
): readonly MinimalObject[] {
  const kinds = new Map(of.map((k) => [`${k.apiVersion}/${k.kind}`, k]));
  return rows.map(([apiVersion, kind, fields, change, name = 'minimal']) => {
    const { group, version, plural, scope } = kinds.get(`${apiVersion}/${kind}`)!;
    const where = scope === 'Namespaced' && namespace;
    const root = group ? `/apis/${apiVersion}` : `/api/${version}`;
    return {
      resource: group ? `${plural}.${version}.${group}` : plural,
      object: { apiVersion, kind, metadata: { name, ...(where && { namespace }) }, ...fields },
      path: `${root}${where ? `/namespaces/${namespace}` : ''}/${plural}`,
      change,
    };
  });
}
