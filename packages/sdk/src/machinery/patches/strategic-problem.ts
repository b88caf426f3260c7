import { kindWord, printValue } from '../json/index.ts';
import type { JsonObject } from '../object.ts';
import type { Shape } from '../shape.ts';
import { badRequest, StatusError } from '../status-error.ts';

// What upstream's library can't merge comes back as a bare 500 unless the patch is at fault in one of a few known ways.
const unmergeable = (message: string): StatusError => new StatusError(500, '', message);

export const noMergeKey = (item: unknown, key: string): StatusError =>
  unmergeable(`map: ${printValue(item)} does not contain declared merge key: ${key}`);
export const unknownDirective = (directive: unknown, item: JsonObject): StatusError =>
  unmergeable(`unknown patch type: ${asText(directive)} in map: ${printValue(item)}`);
export const unmergeableList = (): StatusError => unmergeable('merging lists cannot yet be specified in the patch');
export const mixedItems = (lists: readonly unknown[][]): StatusError =>
  unmergeable(`list element types are not identical: ${printValue(lists)}`);
export const unknownField = (shape: Shape, name: string): StatusError =>
  unmergeable(`unable to find api field in struct ${typeWord(shape)} for the json field "${name}"`);
export const notAStruct = (what: 'object' | 'array', kind: string): StatusError =>
  unmergeable(`merging an ${what} in json but data type is not struct, instead is: ${kind}`);
export const noKeyDeclared = (items: string): StatusError =>
  unmergeable(`cannot merge lists without merge key for ${items}`);
export const wrongArgument = (value: unknown, wanted = '[]interface {}'): StatusError =>
  unmergeable(`expected a ${wanted}, but received a ${goInterfaceType(value)}`);
export const notAMap = (position: number): StatusError => unmergeable(`value for key ${position} is not a map`);
export const orderMismatch = (patch: readonly unknown[], order: readonly unknown[]): StatusError =>
  unmergeable(
    `The order in patch list:\n${printValue(patch)}\n doesn't match $setElementOrder list:\n${printValue(order)}\n`,
  );
export const listOfLists = (): StatusError =>
  new StatusError(422, 'Invalid', 'the server rejected our request due to an error in our request', {});
export const badRetainKeys = (): StatusError => badRequest('invalid patch format of retainKeys');
export const badPrimitiveList = (): StatusError => badRequest('invalid patch format of primitive list');
export const badElementOrder = (): StatusError => badRequest('invalid patch format of setElementOrder list');

/** What is no text, where upstream's format has a place for one. */
function asText(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'object' && value !== null) return printValue(value);
  return value === null ? '%!s(<nil>)' : `%!s(${goInterfaceType(value)}=${printValue(value)})`;
}

function goInterfaceType(value: unknown): string {
  const word = kindWord(value);
  return goTypes[word] ?? word;
}

const goTypes: Partial<Record<ReturnType<typeof kindWord>, string>> = {
  map: 'map[string]interface {}',
  slice: '[]interface {}',
  nil: '%!s(<nil>)',
};

/** The bare name of a declared type. */
export function typeWord(shape: Shape): string {
  if (shape.type === 'struct') return shape.name.slice(shape.name.lastIndexOf('.') + 1);
  return shape.type === 'any' ? (shape.name?.split('.').at(-1) ?? 'RawExtension') : shape.type;
}
