import assert from 'node:assert/strict';
import { type KubeObject, lineOf } from '../machinery/index.ts';
import { type AnyKind, decode } from '../schema/index.ts';
import { type FieldGate, fieldGates, standardGates } from './meta/field-gates.ts';

/** An object of a kind, and all that is said against it; beside what it was, where it is an update. */
export interface RefusalRow {
  readonly of: AnyKind;
  readonly next: object;
  readonly old?: object;
  /** Gates that stand otherwise than by default. */
  readonly turned?: readonly FieldGate[];
  readonly want: readonly string[];
}

export function assertRefusals(rows: readonly RefusalRow[]): void {
  for (const { of, next, old, turned = [], want } of rows) {
    const before = old && anObject(of, old);
    const gates = new Set(fieldGates.filter((gate) => standardGates.has(gate) !== turned.includes(gate)));
    const found = [
      ...of.validate!(anObject(of, next), before, { gates }),
      ...((before && of.validateChange?.(anObject(of, next), before, { gates })) ?? []),
    ].map(lineOf);
    assert.deepEqual([...new Set(found)], want, of.kind);
  }
}

export function anObject(kind: AnyKind, fields: object): KubeObject {
  const object = decode(kind.schema.shape, { metadata: { name: 'x' }, ...fields }) as KubeObject;
  kind.default?.(object);
  return object;
}
