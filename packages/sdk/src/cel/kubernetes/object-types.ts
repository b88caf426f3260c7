import type { ObjectType } from '../declarations.ts';
import { readDynamic } from '../json-values.ts';
import type { DeclaredType } from './declared-type.ts';
import { isReservedWord } from './escaping.ts';

/** What is named by a word of the language may be selected by that, too. */
function asWord<F>([name, field]: readonly [string, F]): (readonly [string, F])[] {
  const word = /^__(.+)__$/.exec(name)?.[1];
  return word !== undefined && isReservedWord(word) ? [[word, field]] : [];
}

/** The object types within a type, for the checker: their values are made by whoever evaluates. */
export function objectTypesOf(type: DeclaredType): ObjectType[] {
  const found = new Map<string, ObjectType>();
  const look = ({ type: own, fields, element }: DeclaredType): void => {
    if (element) look(element);
    if (!fields || found.has(own.name)) return;
    const entries = [...fields].map(([name, f]) => [name, { reader: { ...readDynamic, type: f.type } }] as const);
    found.set(own.name, { type: own, fields: new Map([...entries.flatMap(asWord), ...entries]) });
    for (const f of fields.values()) look(f);
  };
  look(type);
  return [...found.values()];
}
