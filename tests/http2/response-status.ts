/** Statuses that stand in everybody's table, from number 8 on. */
const known = [200, 204, 206, 304, 400, 404, 500];
const firstKnown = 8;

/**
 * The status that a header block begins with. It is read without any table, which is why clients here allow none
 * (`headerTableSize: 0`): a block may begin by saying that it will do without.
 */
export function statusOf(block: Buffer): number {
  let at = 0;
  while ((block[at]! & 0xe0) === 0x20) at++;
  const first = block[at]!;
  if (first & 0x80) return known[(first & 0x7f) - firstKnown] ?? NaN;
  const length = block[at + 1]!;
  const value = block.subarray(at + 2, at + 2 + (length & 0x7f));
  return Number(length & 0x80 ? digitsOf(value) : value.toString('latin1'));
}

/** Huffman's code of digits: 0 to 2 in five bits, the others in six. */
function digitsOf(bytes: Buffer): string {
  const bits = [...bytes].map((b) => b.toString(2).padStart(8, '0')).join('');
  let digits = '';
  for (let at = 0; digits.length < 3;) {
    const short = parseInt(bits.slice(at, at + 5), 2);
    digits += short < 3 ? short : parseInt(bits.slice(at, at + 6), 2) - 0b011001 + 3;
    at += short < 3 ? 5 : 6;
  }
  return digits;
}
