import {
  type EitherShape,
  type FieldShape,
  isObject,
  type JsonObject,
  own,
  type Shape,
  type StructShape,
} from '../../machinery/index.ts';
import { layoutOf, type Slot } from './layout.ts';
import { BackwardWriter } from './writer.ts';

/**
 * An object as the protobuf message of its kind, byte for byte as upstream writes it: fields by number, keys of maps sorted,
 * and what is a value rather than a pointer in Go always there. `apiVersion` and `kind` are no part of it: the envelope has them.
 */
export function encodeMessage(shape: StructShape, value: object): Buffer {
  const out = new BackwardWriter();
  writerOf(shape)(value, out);
  return out.finish();
}

/** Writes a value without tag and length. */
type Write = (value: unknown, out: BackwardWriter) => void;
/** Writes a field of the struct it is given, tag included, or nothing. */
type WriteField = (struct: JsonObject, out: BackwardWriter) => void;

const writers = new WeakMap<Shape, Write>();

function writerOf(shape: Shape): Write {
  let write = writers.get(shape);
  if (!write) writers.set(shape, (write = compile(shape)));
  return write;
}

function compile(shape: Shape): Write {
  switch (shape.type) {
    case 'integer':
      return (v, out) => out.varint(v as number);
    case 'boolean':
      return (v, out) => out.varint(v ? 1 : 0);
    case 'number':
      return (v, out) => out.double(v as number);
    case 'string':
      return (v, out) => out.text(v as string);
    case 'bytes':
      return (v, out) => out.bytes(Buffer.from(v as string, 'base64'));
    case 'quantity':
      return (v, out) => text(1, v as string, out);
    case 'int-or-string':
      return writeIntOrString;
    case 'time':
      return (v, out) => writeTime(v as string | null, shape.micro, out);
    case 'any':
      return (v, out) => v !== undefined && v !== null && text(1, JSON.stringify(v), out);
    case 'struct':
      return compileStruct(shape);
    case 'either':
      return compileEither(shape);
    default:
      throw new Error(`a ${shape.type} is a field of a message, never a message`);
  }
}

function compileStruct(shape: StructShape): Write {
  // Fields are compiled on first use: structs may be large and rarely met.
  let fields: WriteField[] | undefined;
  return (value, out) => {
    fields ??= layoutOf(shape).toReversed().map(compileSlot);
    for (const write of fields) write(value as JsonObject, out);
  };
}

/** A message with a field for either; a boolean is there whatever it says, and true beside a struct. */
function compileEither({ struct, other }: EitherShape): Write {
  // Compiled on first use: structs may hold themselves.
  let [writeStruct, writeOther]: Write[] = [];
  return (value, out) => {
    writeStruct ??= tagged(struct.number, struct.shape);
    const isStruct = isObject(value);
    const fields: [number: number, write: () => void][] = [];
    if (isStruct) fields.push([struct.number, () => writeStruct!(value, out)]);
    if (other.shape.type === 'boolean') {
      writeOther ??= tagged(other.number, other.shape);
      fields.push([other.number, () => writeOther!(isStruct || value, out)]);
    } else if (Array.isArray(value)) {
      writeOther ??= tagged(other.number, other.shape.items);
      fields.push([other.number, () => value.toReversed().forEach((item) => writeOther!(item, out))]);
    }
    for (const [, write] of fields.toSorted(([a], [b]) => b - a)) write();
  };
}

function compileSlot(slot: Slot): WriteField {
  if (slot.field) return compileField(slot.number, slot.field);
  const inner = slot.inner.toReversed().map(compileSlot);
  return (struct, out) =>
    delimited(slot.number, out, () => {
      for (const write of inner) write(struct, out);
    });
}

function compileField(number: number, field: FieldShape): WriteField {
  const { name, shape, presence } = field;
  if (shape.type === 'list') {
    const write = tagged(number, shape.items);
    return (struct, out) => {
      const items = own(struct, name) as unknown[] | null | undefined;
      for (let i = (items?.length ?? 0) - 1; i >= 0; i--) write(items![i], out);
    };
  }
  if (shape.type === 'map') return compileMap(number, name, shape.values);
  const write = tagged(number, shape);
  // Go writes every field that isn't a pointer; bytes that nobody gave are none.
  const isWritten = presence !== 'optional' && shape.type !== 'bytes' && (shape.type === 'time' || !field.nullable);
  const always = field.always ?? isWritten;
  const zero = zeroOf(shape);
  return (struct, out) => {
    const value = own(struct, name) ?? undefined;
    if (value !== undefined) write(value, out);
    else if (always) write(zero, out);
  };
}

/** A map is a list of messages of key and value, sorted by key. */
function compileMap(number: number, name: string, values: Shape): WriteField {
  const write: Write =
    values.type === 'list'
      ? // The only maps of lists (UserInfo's extra) hold a message around the list.
        (v, out) => delimited(2, out, () => compileField(1, listField(values))({ items: v }, out))
      : tagged(2, values);
  return (struct, out) => {
    const map = own(struct, name) as Record<string, unknown> | null | undefined;
    if (!map) return;
    for (const key of Object.keys(map).toSorted(byBytes).toReversed()) {
      delimited(number, out, () => {
        write(map[key], out);
        text(1, key, out);
      });
    }
  };
}

const listField = (shape: Shape): FieldShape => ({ name: 'items', number: 1, presence: 'zero', shape });

/** Go sorts strings by their bytes. */
const byBytes = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));

const isScalar = ({ type }: Shape): boolean => type === 'integer' || type === 'boolean';

function tagged(number: number, shape: Shape): Write {
  const write = writerOf(shape);
  const wire = isScalar(shape) ? 0 : shape.type === 'number' ? 1 : 2;
  const tag = (number << 3) | wire;
  if (wire !== 2) {
    return (v, out) => {
      write(v, out);
      out.varint(tag);
    };
  }
  return (v, out) => delimited(number, out, () => write(v, out));
}

function delimited(number: number, out: BackwardWriter, write: () => void): void {
  const end = out.length;
  write();
  out.varint(out.length - end);
  out.varint((number << 3) | 2);
}

function text(number: number, value: string, out: BackwardWriter): void {
  const end = out.length;
  out.text(value);
  out.varint(out.length - end);
  out.varint((number << 3) | 2);
}

function integer(number: number, value: number | bigint, out: BackwardWriter): void {
  out.varint(value);
  out.varint(number << 3);
}

function zeroOf(shape: Shape): unknown {
  switch (shape.type) {
    case 'integer':
    case 'number':
    case 'int-or-string':
      return 0;
    case 'boolean':
      return false;
    case 'string':
    case 'bytes':
      return '';
    case 'quantity':
      return '0';
    case 'time':
      return null;
    case 'struct':
      return {};
    default:
      return undefined;
  }
}

function writeIntOrString(value: unknown, out: BackwardWriter): void {
  const isText = typeof value === 'string';
  text(3, isText ? value : '', out);
  integer(2, isText ? 0 : (value as number), out);
  integer(1, isText ? 1 : 0, out);
}

/** Seconds and nanoseconds since the epoch; nothing at all for no time. */
function writeTime(value: string | null, micro: boolean, out: BackwardWriter): void {
  if (value === null) return;
  const fraction = micro ? /\.(\d+)/.exec(value)?.[1] : undefined;
  integer(2, fraction ? Number(fraction.padEnd(9, '0').slice(0, 9)) : 0, out);
  integer(1, Math.floor(Date.parse(value) / 1000), out);
}
