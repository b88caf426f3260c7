import { DecodeError } from '../../schema/index.ts';

/** A number in a text, in the range of Go's int64 and refused in Go's words. */
export function parseInt64(text: string): bigint {
  const refused = (why: string) => new DecodeError(`strconv.ParseInt: parsing ${JSON.stringify(text)}: ${why}`);
  if (!/^[+-]?\d+$/.test(text)) throw refused('invalid syntax');
  const value = BigInt(text.replace('+', ''));
  if (BigInt.asIntN(64, value) !== value) throw refused('value out of range');
  return value;
}
