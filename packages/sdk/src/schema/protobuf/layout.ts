import type { FieldShape, StructShape } from '../../machinery/index.ts';

/** A field of a message: one of the struct's, or the message that protobuf has where JSON has its fields side by side. */
export type Slot =
  | { readonly number: number; readonly field: FieldShape; readonly inner?: undefined }
  | { readonly number: number; readonly inner: readonly Slot[]; readonly field?: undefined };

const layouts = new WeakMap<StructShape, readonly Slot[]>();

/** The message of a struct: its slots by field number. */
export function layoutOf(shape: StructShape): readonly Slot[] {
  let layout = layouts.get(shape);
  if (!layout)
    layouts.set(
      shape,
      (layout = arrange(
        [...shape.fields.values()].filter((f) => f.number !== 0),
        0,
      )),
    );
  return layout;
}

function arrange(fields: readonly FieldShape[], depth: number): Slot[] {
  const slots: Slot[] = [];
  const nested = new Map<number, FieldShape[]>();
  for (const field of fields) {
    const path = typeof field.number === 'number' ? [field.number] : field.number;
    const number = path[depth]!;
    if (path.length === depth + 1) slots.push({ number, field });
    else if (nested.has(number)) nested.get(number)!.push(field);
    else nested.set(number, [field]);
  }
  for (const [number, inside] of nested) slots.push({ number, inner: arrange(inside, depth + 1) });
  return slots.toSorted((a, b) => a.number - b.number);
}
