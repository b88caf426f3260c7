/** A number with a fraction as upstream's language prints it (`%v`): `1.5`, `1e+06`, `2.5e-07`. */
export function printFloat(value: number): string {
  const [digits = '', power = '0'] = value.toExponential().split('e');
  const exponent = Number(power);
  if (value === 0 || !Number.isFinite(value) || (exponent >= -4 && exponent < 6)) return String(value);
  return `${digits}e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`;
}

/** Whether upstream reads a number as a whole one. */
export const isInt64 = (value: unknown): value is number =>
  typeof value === 'number' && Number.isInteger(value) && value >= -(2 ** 63) && value < 2 ** 63;

/** A number as upstream's language prints it. */
export const printNumber = (value: number): string => (isInt64(value) ? BigInt(value).toString() : printFloat(value));
