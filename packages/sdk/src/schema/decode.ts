import {
  copyNotes,
  type EitherShape,
  isObject,
  keptQuantity,
  milliQuantity,
  noteEmpty,
  put,
  type ReadOptions,
  type Shape,
  sortedKeys,
  type StructShape,
} from '../machinery/index.ts';
import { DecodeError } from './decode-error.ts';
import { fieldsOn, type Step, unknownPath } from './decode-path.ts';
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
  return decoderOf(shape)(value, { fill, lenient, keepNulls, onUnknown, root: shape, path: [], given: [] });
}

interface Context extends ReadOptions {
  readonly root: Shape;
  /** From the root to what is being decoded. Plain values that fit aren't entered. */
  readonly path: Step[];
  /** The fields given of the structs that are being decoded, each struct's in published order above those of the one around it. */
  readonly given: Member[];
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
      const plain = plainTypeOf(shape.items);
      return (v, c) => {
        if (v === null) return null;
        if (!Array.isArray(v)) return mismatch(shape, v, c);
        const out: unknown[] = v.slice();
        for (let i = 0; i < v.length; i++) if (typeof v[i] !== plain) out[i] = inside(items, i, v[i], c);
        return out;
      };
    }
    case 'map': {
      const values = decoderOf(shape.values);
      const plain = plainTypeOf(shape.values);
      return (v, c) => {
        if (v === null) return null;
        if (!isObject(v)) return mismatch(shape, v, c);
        const out: Record<string, unknown> = {};
        // In order of the keys, as upstream writes maps.
        for (const k of sortedKeys(v)) put(out, k, typeof v[k] === plain ? v[k] : inside(values, k, v[k], c));
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

/** The type of JSON values that a shape takes as they are. */
const plainTypeOf = ({ type }: Shape): 'string' | 'boolean' | undefined =>
  type === 'string' || type === 'boolean' ? type : undefined;

/** Decodes what lies one step further inside. */
function inside(decodeIt: Decoder, step: Step, value: unknown, c: Context): unknown {
  c.path.push(step);
  const decoded = decodeIt(value, c);
  c.path.pop();
  return decoded;
}

/** A field as it is decoded. */
interface Member {
  readonly name: string;
  readonly rank: number;
  readonly type: Shape['type'];
  readonly decode: Decoder;
  readonly plain: ReturnType<typeof plainTypeOf>;
  /** Left out when it is its type's zero value. */
  readonly isZeroLeftOut: boolean;
  /** What it says when nobody set it, or who tells that, given the struct decoded so far. */
  readonly filling: unknown;
  readonly isAlwaysWritten: boolean;
  readonly isNullWhenUnset: boolean;
}

interface Members {
  readonly byName: ReadonlyMap<string, Member>;
  /** Those that may be there though nobody gave them, in order. */
  readonly standing: readonly Member[];
}

function membersOf(shape: StructShape): Members {
  const members = [...shape.fields.values()].map((field, rank): Member => {
    const { name, presence, nullable, default: published, fill, shape: of } = field;
    return {
      name,
      rank,
      type: of.type,
      decode: decoderOf(of),
      plain: plainTypeOf(of),
      isZeroLeftOut: presence === 'zero',
      filling: published === undefined ? fill : published,
      isAlwaysWritten: presence !== 'optional' && presence !== 'zero',
      isNullWhenUnset: Boolean(nullable) || of.type === 'list' || of.type === 'map',
    };
  });
  return {
    byName: new Map(members.map((m) => [m.name, m])),
    standing: members.filter(({ filling, isAlwaysWritten }) => filling !== undefined || isAlwaysWritten),
  };
}

function compileStruct(shape: StructShape): Decoder {
  // Decoders of fields are found on first use: structs may be large and rarely met.
  let members: Members | undefined;
  return (v, c) => {
    if (v === null) v = {};
    if (!isObject(v)) return mismatch(shape, v, c);
    const { byName, standing } = (members ??= membersOf(shape));
    // Few of many fields are mostly given: those alone are looked at, in published order.
    const { given } = c;
    const first = given.length;
    let unknown: string[] | undefined;
    for (const name in v) {
      const member = byName.get(name);
      if (!member) (unknown ??= []).push(name);
      else if (v[name] !== undefined && v[name] !== null) enter(given, first, member);
    }
    const end = given.length;
    const out: Record<string, unknown> = {};
    let next = 0;
    for (let i = first; i < end; i++) {
      const member = given[i]!;
      while (next < standing.length && standing[next]!.rank < member.rank) stand(standing[next++]!, out, c);
      const stands = standing[next] === member;
      if (stands) next++;
      const value = decodeMember(member, v[member.name], out, c);
      if (value !== undefined) out[member.name] = value;
      else if (stands) stand(member, out, c);
    }
    while (given.length > first) given.pop();
    while (next < standing.length) stand(standing[next++]!, out, c);
    if (c.onUnknown && unknown) for (const name of unknown) c.onUnknown(unknownPath(c.path, name));
    if (!c.fill || !shape.fill) return out;
    shape.fill(out);
    return inPublishedOrder(byName, out);
  };
}

function enter(given: Member[], first: number, member: Member): void {
  let at = given.push(member) - 1;
  for (; at > first && given[at - 1]!.rank > member.rank; at--) given[at] = given[at - 1]!;
  given[at] = member;
}

function decodeMember(member: Member, raw: unknown, out: Record<string, unknown>, c: Context): unknown {
  const { name, type, plain, isZeroLeftOut } = member;
  if (typeof raw === plain) return isZeroLeftOut && !raw ? undefined : raw;
  const value = inside(member.decode, name, raw, c);
  if (type === 'bytes' && value === '') noteEmpty(out, name, value);
  if (!isZeroLeftOut || !isZero(value)) return value;
  if (type === 'list' || type === 'map') noteEmpty(out, name, value);
  return undefined;
}

/** Sets what a field says that nobody set. */
function stand(member: Member, out: Record<string, unknown>, c: Context): void {
  let value: unknown;
  if (c.fill && member.filling !== undefined) {
    const { filling } = member;
    value = typeof filling === 'function' ? (filling as (parent: unknown) => unknown)(out) : filling;
    // A filled struct gets its own defaults; scalars are as declared.
    if (typeof value === 'object' && value !== null) value = member.decode(value, c);
  }
  if (value === undefined && member.isAlwaysWritten) value = member.isNullWhenUnset ? null : member.decode(null, c);
  if (value !== undefined) out[member.name] = value;
}

function compileEither({ struct, other }: EitherShape): Decoder {
  const [decodeStruct, decodeOther] = [decoderOf(struct.shape), decoderOf(other.shape)];
  return (v, context) => {
    // Upstream reads these in a way of their own, which lets unknown fields pass.
    const c = context.onUnknown ? { ...context, onUnknown: undefined } : context;
    if (isObject(v)) return decodeStruct(v, c);
    // Neither of the two is as if it hadn't been there.
    if (other.shape.type !== 'boolean') return Array.isArray(v) ? decodeOther(v, c) : undefined;
    if (typeof v !== 'boolean') throw new DecodeError('boolean or JSON schema expected');
    return v;
  };
}

/** What was filled last stands where it belongs, so that an object written out in full has the same bytes. */
function inPublishedOrder(members: ReadonlyMap<string, Member>, value: Record<string, unknown>): unknown {
  let last = -1;
  const isInOrder = Object.keys(value).every((name) => {
    const before = last;
    last = members.get(name)?.rank ?? -1;
    return last > before && value[name] !== undefined;
  });
  if (isInOrder) return value;
  const out: Record<string, unknown> = {};
  for (const name of members.keys()) if (value[name] !== undefined) out[name] = value[name];
  copyNotes(value, out);
  return out;
}

const isZero = (v: unknown): boolean =>
  v === '' ||
  v === 0 ||
  v === false ||
  v === null ||
  (Array.isArray(v) ? v.length === 0 : typeof v === 'object' && Object.keys(v).length === 0);

function mismatch(shape: Shape, value: unknown, { root, path }: Context): never {
  const { owner, names } = fieldsOn(root, path);
  const where = names.length ? `Go struct field ${owner}.${names.join('.')}` : 'Go value';
  // A number among numbers is one that doesn't fit, and is told.
  const what = typeof value === 'number' && shape.type === 'integer' ? `number ${value}` : valueWord(value);
  throw new DecodeError(`json: cannot unmarshal ${what} into ${where} of type ${goTypeOf(shape)}`);
}

const base64 = /^[A-Za-z0-9+/]*={0,2}$/;

/** Standard base64, line breaks allowed on the way in. */
function canonicalBase64(text: string): string {
  const plain = /[\r\n]/.test(text) ? text.replace(/[\r\n]/g, '') : text;
  if (plain.length % 4 === 0 && base64.test(plain)) return plain;
  const at = plain.search(/[^A-Za-z0-9+/]/);
  throw new DecodeError(`illegal base64 data at input byte ${at === -1 ? plain.length - (plain.length % 4) : at}`);
}
