/** Doubles as upstream's printer for English writes them: digits exactly rounded, ties to even, thousands apart. */

export function fixedText(value: number, precision: number): string {
  if (!Number.isFinite(value)) return notFinite(value);
  const [whole, fraction] = digitsOf(rounded(value, precision), precision);
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ',');
  return `${signOf(value)}${grouped}${fraction && `.${fraction}`}`;
}

/** Six digits behind the point, whatever is asked for; that is the width instead. */
export function scientificText(value: number, width: number): string {
  return (Number.isFinite(value) ? scientific(value) : notFinite(value)).padStart(width);
}

const places = 6;
const superscript = '⁰¹²³⁴⁵⁶⁷⁸⁹';

function scientific(value: number): string {
  let exponent = value === 0 ? 0 : Number(value.toExponential(20).split('e')[1]);
  let digits = rounded(value, places - exponent);
  if (digits.toString().length > places + 1) {
    exponent++;
    digits = rounded(value, places - exponent);
  }
  const [whole, fraction] = digitsOf(digits, places);
  const power = String(Math.abs(exponent))
    .padStart(2, '0')
    .replace(/\d/g, (d) => superscript[Number(d)]!);
  return `${signOf(value)}${whole}.${fraction}×10${exponent < 0 ? '⁻' : ''}${power}`;
}

const signOf = (value: number): string => (value < 0 || Object.is(value, -0) ? '-' : '');

const notFinite = (value: number): string => (Number.isNaN(value) ? 'NaN' : `${signOf(value)}∞`);

function digitsOf(scaled: bigint, precision: number): [whole: string, fraction: string] {
  const digits = scaled.toString().padStart(precision + 1, '0');
  const point = digits.length - precision;
  return [digits.slice(0, point), digits.slice(point)];
}

/** The absolute value in units of a power of ten, exactly: a double is a whole number times a power of two. */
function rounded(value: number, precision: number): bigint {
  let [mantissa, exponent] = [Math.abs(value), 0];
  while (!Number.isSafeInteger(mantissa)) {
    // Shifting by powers of two loses nothing.
    const up = mantissa < 2 ** 53;
    mantissa = up ? mantissa * 2 : mantissa / 2;
    exponent += up ? -1 : 1;
  }
  const ten = 10n ** BigInt(Math.abs(precision));
  const two = 2n ** BigInt(Math.abs(exponent));
  const above = BigInt(mantissa) * (precision > 0 ? ten : 1n) * (exponent > 0 ? two : 1n);
  const below = (precision < 0 ? ten : 1n) * (exponent < 0 ? two : 1n);
  const [quotient, rest] = [above / below, (above % below) * 2n];
  return rest > below || (rest === below && quotient % 2n === 1n) ? quotient + 1n : quotient;
}
