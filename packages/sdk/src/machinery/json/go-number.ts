/**
 * The shortest digits that give the double back, as upstream's language prints them (`%v`, `%g`): with an
 * exponent below 1e-4 and from 1e6 on (`1.5`, `1e+06`, `2.5e-07`).
 */
export function doubleText(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf';
  if (Object.is(value, -0)) return '-0';
  const magnitude = Math.abs(value);
  if (value === 0 || (magnitude >= 1e-4 && magnitude < 1e6)) return plainDoubleText(value);
  const [digits, exponent] = value.toExponential().split('e') as [string, string];
  const size = exponent.slice(1);
  return `${digits}e${exponent[0]}${size.padStart(2, '0')}`;
}

/** The same without an exponent, however long it gets. */
export function plainDoubleText(value: number): string {
  const text = String(value);
  if (!text.includes('e')) return text;
  const [digits, exponent] = text.split('e') as [string, string];
  const negative = digits.startsWith('-');
  const [whole, fraction = ''] = digits.replace('-', '').split('.') as [string, string?];
  const point = whole.length + Number(exponent);
  const all = whole + fraction;
  const plain =
    point <= 0
      ? `0.${'0'.repeat(-point)}${all}`
      : point >= all.length
        ? all.padEnd(point, '0')
        : `${all.slice(0, point)}.${all.slice(point)}`;
  return negative ? `-${plain}` : plain;
}

/** Whether upstream reads a number as a whole one. */
export const isInt64 = (value: unknown): value is number =>
  typeof value === 'number' && Number.isInteger(value) && value >= -(2 ** 63) && value < 2 ** 63;

/** A number as upstream's language prints it. */
export const printNumber = (value: number): string => (isInt64(value) ? BigInt(value).toString() : doubleText(value));
