import { isObject, type ListShape, type Shape } from '../../machinery/index.ts';
import { type FieldSet, FieldSetBuilder } from './field-set.ts';
import { fieldElement } from './path-element.ts';
import {
  granularityOf,
  indexItems,
  isEmptyMap,
  isNamedField,
  itemsOf,
  memberShape,
  membersOf,
  shapeFor,
} from './structure.ts';

/** Every path that a value sets: what an applier owns by applying it. */
export function ownFields(shape: Shape, value: unknown): FieldSet | undefined {
  const set = new FieldSetBuilder();
  gather(shape, value, [], set);
  return set.build();
}

function gather(declared: Shape, value: unknown, path: string[], set: FieldSetBuilder): void {
  const shape = shapeFor(declared, value);
  const granularity = granularityOf(shape);
  if (granularity === 'leaf') set.add(path);
  else if (granularity === 'list') gatherItems(shape as ListShape, value, path, set);
  else {
    const members = membersOf(value);
    for (const name of Object.keys(members)) {
      const member = members[name];
      if (member === undefined) continue;
      path.push(fieldElement(name));
      gather(memberShape(shape, name), member, path, set);
      // Keys of maps are owned besides what is in them; declared fields only when there is nothing in them.
      if (member === null || (isObject(member) && isEmptyMap(member)) || !isNamedField(shape, name)) set.add(path);
      path.pop();
    }
  }
}

function gatherItems(shape: ListShape, value: unknown, path: string[], set: FieldSetBuilder): void {
  for (const [element, items] of indexItems(shape, itemsOf(value))) {
    path.push(element);
    if (items.length === 1) gather(shape.items, items[0], path, set);
    set.add(path);
    path.pop();
  }
}
