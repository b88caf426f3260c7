import {
  type EitherShape,
  type FieldShape,
  type JsonObject,
  put,
  type Shape,
  type StructShape,
} from '../../machinery/index.ts';
import { messageOf } from '../../runtime/index.ts';
import { DecodeError } from '../decode-error.ts';
import { layoutOf, type Slot } from './layout.ts';
import { MessageReader, type WireType } from './reader.ts';

/**
 * A protobuf message of the struct as the JSON that says the same. Fields that the struct doesn't have are skipped. Not yet as
 * its kind has it: `decode` drops zero values and fills defaults. Throws `DecodeError`.
 */
export function decodeMessage(shape: StructShape, bytes: Uint8Array): JsonObject {
  return readStruct(layoutOf(shape), new MessageReader(bytes), {});
}

function readStruct(slots: readonly Slot[], reader: MessageReader, into: JsonObject): JsonObject {
  const byNumber = indexOf(slots);
  while (!reader.done) {
    const { number, wire } = reader.tag();
    const slot = byNumber.get(number);
    if (!slot) reader.skip(wire);
    else if (slot.inner) readStruct(slot.inner, delimited(reader, wire, `field ${number}`), into);
    else readField(slot.field, reader, wire, into);
  }
  return into;
}

const indexes = new WeakMap<readonly Slot[], ReadonlyMap<number, Slot>>();

function indexOf(slots: readonly Slot[]): ReadonlyMap<number, Slot> {
  let index = indexes.get(slots);
  if (!index) indexes.set(slots, (index = new Map(slots.map((s) => [s.number, s]))));
  return index;
}

function readField({ name, shape }: FieldShape, reader: MessageReader, wire: WireType, into: JsonObject): void {
  if (shape.type === 'list') {
    const list = (into[name] ??= []) as unknown[];
    list.push(readValue(shape.items, reader, wire, name));
  } else if (shape.type === 'map') {
    const map = (into[name] ??= {}) as JsonObject;
    const { key, value } = readEntry(shape.values, delimited(reader, wire, name));
    put(map, key, value);
  } else put(into, name, readValue(shape, reader, wire, name));
}

function readEntry(values: Shape, reader: MessageReader): { key: string; value: unknown } {
  let key = '';
  let value: unknown;
  while (!reader.done) {
    const { number, wire } = reader.tag();
    if (number === 1 && wire === 2) key = reader.text();
    else if (number === 2)
      value =
        values.type === 'list' ? readList(values.items, reader.message()) : readValue(values, reader, wire, 'value');
    else reader.skip(wire);
  }
  return { key, value: value === undefined ? zeroOf(values) : value };
}

/** What an entry has that says no value. */
function zeroOf(shape: Shape): unknown {
  switch (shape.type) {
    case 'list':
      return [];
    case 'integer':
    case 'number':
      return 0;
    case 'boolean':
      return false;
    default:
      return readValue(shape, new MessageReader(Buffer.of(0)), 2, 'value');
  }
}

function readList(items: Shape, reader: MessageReader): unknown[] {
  const list: unknown[] = [];
  while (!reader.done) {
    const { number, wire } = reader.tag();
    if (number === 1) list.push(readValue(items, reader, wire, 'items'));
    else reader.skip(wire);
  }
  return list;
}

function readValue(shape: Shape, reader: MessageReader, wire: WireType, name: string): unknown {
  switch (shape.type) {
    case 'integer':
      expect(wire, 0, name);
      return shape.bits === 32 ? Number(BigInt.asIntN(32, reader.varint())) : Number(reader.varint());
    case 'boolean':
      expect(wire, 0, name);
      return reader.varint() !== 0n;
    case 'number':
      expect(wire, 1, name);
      return reader.double();
    case 'string':
      expect(wire, 2, name);
      return reader.text();
    case 'bytes':
      expect(wire, 2, name);
      return reader.bytes().toString('base64');
    case 'quantity':
      return readQuantity(delimited(reader, wire, name));
    case 'int-or-string':
      return readIntOrString(delimited(reader, wire, name));
    case 'time':
      return readTime(delimited(reader, wire, name), shape.micro);
    case 'any':
      return readAny(delimited(reader, wire, name), name);
    case 'struct':
      return readStruct(layoutOf(shape), delimited(reader, wire, name), {});
    case 'either':
      return readEither(shape, delimited(reader, wire, name), name);
    default:
      throw new DecodeError(`proto: a ${shape.type} can't stand in field ${name}`);
  }
}

function readEither({ struct, other }: EitherShape, reader: MessageReader, name: string): unknown {
  let [asStruct, asOther]: unknown[] = [];
  while (!reader.done) {
    const { number, wire } = reader.tag();
    if (number === struct.number) asStruct = readValue(struct.shape, reader, wire, name);
    else if (number !== other.number) reader.skip(wire);
    else if (other.shape.type === 'boolean') asOther = readValue(other.shape, reader, wire, name);
    else asOther = [...((asOther as unknown[]) ?? []), readValue(other.shape.items, reader, wire, name)];
  }
  return asStruct ?? asOther ?? (other.shape.type === 'boolean' ? false : null);
}

function delimited(reader: MessageReader, wire: WireType, name: string): MessageReader {
  expect(wire, 2, name);
  return reader.message();
}

function expect(wire: WireType, wanted: WireType, name: string): void {
  if (wire === wanted) return;
  const go = `${name[0]?.toUpperCase()}${name.slice(1)}`;
  throw new DecodeError(`proto: wrong wireType = ${wire} for field ${go}`);
}

function readQuantity(reader: MessageReader): string {
  let value = '';
  while (!reader.done) {
    const { number, wire } = reader.tag();
    if (number === 1 && wire === 2) value = reader.text();
    else reader.skip(wire);
  }
  return value || '0';
}

function readIntOrString(reader: MessageReader): string | number {
  let [isText, int, text] = [false, 0, ''];
  while (!reader.done) {
    const { number, wire } = reader.tag();
    if (number === 1 && wire === 0) isText = reader.varint() === 1n;
    else if (number === 2 && wire === 0) int = Number(BigInt.asIntN(32, reader.varint()));
    else if (number === 3 && wire === 2) text = reader.text();
    else reader.skip(wire);
  }
  return isText ? text : int;
}

/** Year 1 to 9999, which is what RFC 3339 can say. */
const [earliest, latest] = [-62135596800, 253402300799];

function readTime(reader: MessageReader, micro: boolean): string | null {
  if (reader.done) return null;
  let [seconds, nanos] = [0, 0];
  while (!reader.done) {
    const { number, wire } = reader.tag();
    if (number === 1 && wire === 0) seconds = Number(reader.varint());
    else if (number === 2 && wire === 0) nanos = Number(reader.varint());
    else reader.skip(wire);
  }
  if (seconds < earliest || seconds > latest) throw new DecodeError(`proto: time out of range: ${seconds} seconds`);
  const text = new Date(seconds * 1000).toISOString().slice(0, 19);
  return micro ? `${text}.${String(Math.trunc(nanos / 1000)).padStart(6, '0')}Z` : `${text}Z`;
}

function readAny(reader: MessageReader, name: string): unknown {
  let value: unknown = null;
  while (!reader.done) {
    const { number, wire } = reader.tag();
    if (number !== 1 || wire !== 2) {
      reader.skip(wire);
      continue;
    }
    const text = reader.text();
    try {
      value = text === '' ? null : JSON.parse(text);
    } catch (err) {
      throw new DecodeError(`${name} is not JSON: ${messageOf(err)}`);
    }
  }
  return value;
}
