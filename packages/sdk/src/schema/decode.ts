import {
  copyNotes,
  type EitherShape,
  type FieldShape,
  isObject,
  keptQuantity,
  milliQuantity,
  noteEmpty,
  own,
  put,
  type ReadOptions,
  type Shape,
  type StructShape,
} from '../machinery/index.ts';
import { DecodeError } from './decode-error.ts';
import { goTypeOf, valueWord } from './go-words.ts';
import { canonicalTime } from './time.ts';

export interface DecodeOptions {
  /** Apply defaults. On unless told otherwise; off for what an applier sent. */
  fill?: boolean;
  /** Called with the path of every field that the schema doesn't have; such fields are dropped. */
  onUnknown?: (path: string) => void;
  /** It was stored, perhaps under other rules: where the shape allows it, what can't be read any more is left out. */
  lenient?: boolean;
  /** Nulls stay where none may stand, where the shape allows it. */
  keepNulls?: boolean;
}

/**
 * A JSON value as its kind has it: unknown fields dropped, nulls gone, quantities and times canonical, zero values left
 * out or written as upstream does, defaults filled, members in published order. Throws `DecodeError` with upstream's text
 * for a value of the wrong type. The input isn't changed; parts of it may be shared by the result.
 */
export function decode(shape: Shape, value: unknown, options: DecodeOptions = {}): unknown {
  const { fill = true, lenient = false, keepNulls = false, onUnknown } = options;
  return decoderOf(shape)(value, { fill, lenient, keepNulls, onUnknown, path: [], owner: '' });
}

interface Context extends ReadOptions {
  /** Field names, and list positions as `[0]`, from the root. */
  readonly path: string[];
  /** Name of the struct that holds the field being decoded, for messages. */
  owner: string;
}

type Decoder = (value: unknown, c: Context) => unknown;

const compiled = new WeakMap<Shape, Decoder>();

function decoderOf(shape: Shape): Decoder {
  let d = compiled.get(shape);
  if (!d) compiled.set(shape, (d = compile(shape)));
  return d;
}

function compile(shape: Shape): Decoder {
  switch (shape.type) {
    case 'string':
      return (v, c) => (typeof v === 'string' ? v : v === null ? '' : mismatch(shape, v, c));
    case 'integer': {
      const bound = shape.bits === 32 ? 2 ** 31 : 2 ** 63;
      return (v, c) => {
        if (v === null) return 0;
        return typeof v === 'number' && Number.isInteger(v) && v >= -bound && v < bound ? v : mismatch(shape, v, c);
      };
    }
    case 'number':
      return (v, c) => (typeof v === 'number' ? v : v === null ? 0 : mismatch(shape, v, c));
    case 'boolean':
      return (v, c) => (typeof v === 'boolean' ? v : v === null ? false : mismatch(shape, v, c));
    case 'quantity': {
      return (v, c) => {
        if (v === null) return '0';
        if (typeof v !== 'string' && typeof v !== 'number') return mismatch(shape, v, c);
        try {
          const kept = keptQuantity(String(v).trim());
          return shape.inThousandths && c.fill ? milliQuantity(kept) : kept;
        } catch (err) {
          throw new DecodeError(err instanceof Error ? err.message : String(err));
        }
      };
    }
    case 'int-or-string':
      return (v, c) => {
        if (typeof v === 'string') return v;
        if (v === null) return 0;
        return typeof v === 'number' && Number.isInteger(v) && v >= -(2 ** 31) && v < 2 ** 31
          ? v
          : mismatch(shape, v, c);
      };
    case 'time':
      return (v, c) => {
        if (v === null) return null;
        if (typeof v !== 'string') return mismatch(shape, v, c);
        return canonicalTime(v, shape.micro);
      };
    case 'bytes':
      return (v, c) => (typeof v === 'string' ? canonicalBase64(v) : v === null ? '' : mismatch(shape, v, c));
    case 'any':
      return (v) => v;
    case 'list': {
      const items = decoderOf(shape.items);
      return (v, c) => {
        if (v === null) return null;
        if (!Array.isArray(v)) return mismatch(shape, v, c);
        const out: unknown[] = [];
        for (let i = 0; i < v.length; i++) {
          c.path.push(`[${i}]`);
          out.push(items(v[i], c));
          c.path.pop();
        }
        return out;
      };
    }
    case 'map': {
      const values = decoderOf(shape.values);
      return (v, c) => {
        if (v === null) return null;
        if (!isObject(v)) return mismatch(shape, v, c);
        const out: Record<string, unknown> = {};
        // In order of the keys, as upstream writes maps.
        for (const k of Object.keys(v).sort()) {
          c.path.push(keyMark + k);
          put(out, k, values(v[k], c));
          c.path.pop();
        }
        return out;
      };
    }
    case 'struct': {
      const { read } = shape;
      return read ? (v, c) => (isObject(v) ? read(v, c) : mismatch(shape, v, c)) : compileStruct(shape);
    }
    case 'either':
      return compileEither(shape);
  }
}

function compileStruct(shape: StructShape): Decoder {
  // Decoders of fields are found on first use: structs may be large and rarely met.
  let fields: { field: FieldShape; decode: Decoder }[] | undefined;
  const short = shape.name.slice(shape.name.lastIndexOf('.') + 1);
  return (v, c) => {
    if (v === null) v = {};
    if (!isObject(v)) return mismatch(shape, v, c);
    fields ??= [...shape.fields.values()].map((field) => ({ field, decode: decoderOf(field.shape) }));
    const out: Record<string, unknown> = {};
    const outer = c.owner;
    for (const { field, decode: decodeField } of fields) {
      const raw = own(v, field.name);
      let value: unknown;
      if (raw !== undefined && raw !== null) {
        c.owner = short;
        const depth = c.path.length;
        for (const name of field.embedded ?? []) c.path.push(embeddedMark + name);
        c.path.push(field.name);
        value = decodeField(raw, c);
        c.path.length = depth;
        const { type } = field.shape;
        if (type === 'bytes' && value === '') noteEmpty(out, field.name, value);
        if (field.presence === 'zero' && isZero(value)) {
          if (type === 'list' || type === 'map') noteEmpty(out, field.name, value);
          value = undefined;
        }
      }
      if (value === undefined && c.fill) value = filling(field, out, c, decodeField);
      if (value === undefined && field.presence !== 'optional' && field.presence !== 'zero')
        value = unset(field, c, decodeField);
      if (value !== undefined) out[field.name] = value;
    }
    c.owner = outer;
    if (c.onUnknown) for (const k of Object.keys(v)) if (!shape.fields.has(k)) c.onUnknown(unknownPath(c.path, k));
    if (!c.fill || !shape.fill) return out;
    shape.fill(out);
    return inPublishedOrder(fields, out);
  };
}

function compileEither({ struct, other }: EitherShape): Decoder {
  const [decodeStruct, decodeOther] = [decoderOf(struct.shape), decoderOf(other.shape)];
  return (v, context) => {
    // Upstream reads these in a way of their own, which lets unknown fields pass.
    const c = context.onUnknown ? { ...context, onUnknown: undefined } : context;
    if (isObject(v)) return decodeStruct(v, c);
    if (other.shape.type !== 'boolean') return Array.isArray(v) ? decodeOther(v, c) : null;
    if (typeof v !== 'boolean') throw new DecodeError('boolean or JSON schema expected');
    return v;
  };
}

/** What was filled last stands where it belongs, so that an object written out in full has the same bytes. */
function inPublishedOrder(fields: readonly { field: FieldShape }[], value: Record<string, unknown>): unknown {
  const out: Record<string, unknown> = {};
  for (const { field } of fields) if (value[field.name] !== undefined) out[field.name] = value[field.name];
  copyNotes(value, out);
  return out;
}

function filling(field: FieldShape, parent: Record<string, unknown>, c: Context, decodeField: Decoder): unknown {
  let value = field.default;
  if (value === undefined && field.fill !== undefined) {
    value = typeof field.fill === 'function' ? (field.fill as (p: unknown) => unknown)(parent) : field.fill;
  }
  // A filled struct gets its own defaults; scalars are as declared.
  return typeof value === 'object' && value !== null ? decodeField(value, c) : value;
}

/** What an always-written field says when nobody set it. */
function unset(field: FieldShape, c: Context, decodeField: Decoder): unknown {
  if (field.nullable || field.shape.type === 'list' || field.shape.type === 'map') return null;
  return decodeField(null, { ...c, onUnknown: undefined });
}

const isZero = (v: unknown): boolean =>
  v === '' ||
  v === 0 ||
  v === false ||
  v === null ||
  (Array.isArray(v) ? v.length === 0 : typeof v === 'object' && Object.keys(v).length === 0);

/** Before the keys of maps, which say where an unknown field is but not where a wrong type is. */
const keyMark = '\0';
/** Before the names of embedded structs, which say where a wrong type is but not where an unknown field is. */
const embeddedMark = '\x01';

function unknownPath(path: readonly string[], last: string): string {
  let out = '';
  for (const p of [...path, last])
    if (!p.startsWith(embeddedMark)) out += p.startsWith('[') ? p : `${out && '.'}${p.replace(keyMark, '')}`;
  return out;
}

function mismatch(shape: Shape, value: unknown, c: Context): never {
  const names = c.path.filter((p) => !p.startsWith('[') && !p.startsWith(keyMark));
  const fieldPath = names.map((p) => p.replace(embeddedMark, '')).join('.');
  const where = fieldPath ? `Go struct field ${c.owner}.${fieldPath}` : 'Go value';
  throw new DecodeError(`json: cannot unmarshal ${valueWord(value)} into ${where} of type ${goTypeOf(shape)}`);
}

const base64 = /^[A-Za-z0-9+/]*={0,2}$/;

/** Standard base64, line breaks allowed on the way in. */
function canonicalBase64(text: string): string {
  const plain = /[\r\n]/.test(text) ? text.replace(/[\r\n]/g, '') : text;
  if (plain.length % 4 === 0 && base64.test(plain)) return plain;
  const at = plain.search(/[^A-Za-z0-9+/]/);
  throw new DecodeError(`illegal base64 data at input byte ${at === -1 ? plain.length - (plain.length % 4) : at}`);
}
