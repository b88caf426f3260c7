/**
 * Header blocks (RFC 7541) in the simplest way there is: every field is literal, none is remembered, nothing is compressed. So a
 * block says what its writer means and no more, whatever is wrong with that.
 */
export type Field = readonly [name: string, value: string];

export const block = (...fields: readonly Field[]): Buffer => Buffer.concat(fields.map((f) => literal(...f)));

export const request = (path: string, more: readonly Field[] = [], method = 'GET'): Buffer =>
  block([':method', method], [':scheme', 'https'], [':path', path], [':authority', 'test'], ...more);

/** A field that both sides keep in their tables, from which it may be named by number. */
export const remembered = (name: string, value: string): Buffer =>
  Buffer.concat([Buffer.of(0x40), text(name), text(value)]);

/** A field by its number in the tables: up to 61 those that everybody knows, then the latest that was remembered. */
export const indexed = (index: number): Buffer => integer(index, 7, 0x80);

export const tableSize = (bytes: number): Buffer => integer(bytes, 5, 0x20);

const literal = (name: string, value: string): Buffer => Buffer.concat([Buffer.of(0), text(name), text(value)]);

const text = (value: string): Buffer => {
  const bytes = Buffer.from(value, 'latin1');
  return Buffer.concat([integer(bytes.length, 7, 0), bytes]);
};

export function integer(value: number, prefixBits: number, first: number): Buffer {
  const largest = (1 << prefixBits) - 1;
  if (value < largest) return Buffer.of(first | value);
  const bytes = [first | largest];
  let rest = value - largest;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 128);
  return Buffer.from([...bytes, rest]);
}
