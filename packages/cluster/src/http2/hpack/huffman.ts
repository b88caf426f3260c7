import { CompressionError } from './compression-error.ts';

/**
 * RFC 7541, Appendix B: the length in bits of each byte's code, and of EOS's, in base 36. The code is canonical, so that the
 * lengths say all: of codes of one length those of lesser bytes are less, and shorter ones are less than what longer begin with.
 */
const lengths = Array.from(
  'dnsssssssoussussssssssusssssssss6aacd68baa8b8666555666666678f6cad67777777777777777777777878djde6f5656566657766' +
    '6567655677777fbedskmkkmmmnmnnnnnonoomnonnnnlmnmnnomlkmmnnlnmmolmnnllmlnmnnkmmmnmmnqqkjmnmpqqqrrqopjlqrrqrollqq' +
    'srrrkoklmllnmmppooqnqrqqrrrrrsrrrrrqu',
  (digit) => parseInt(digit, 36),
);
const longest = 30;
const endOfString = 256;

/** The bytes by their codes. */
const symbols = lengths.map((_, symbol) => symbol).toSorted((a, b) => lengths[a]! - lengths[b]! || a - b);

/** For each length: where codes of it end, as the `longest` bits that begin with the first code beyond. */
const ends = new Uint32Array(longest + 1);
/** What is to be added to a code of each length to have its symbol's place. */
const offsets = new Int32Array(longest + 1);

/** So many bits are looked at at once: mostly two codes. */
const width = 12;
const ones = (1 << width) - 1;

/** What a window of `width` bits begins with: a symbol in the low byte and its code's length from bit 16 on; 0 where its code is longer. */
const first = new Uint32Array(1 << width);
/** And, where a whole second code follows, its symbol in the next byte. From bit 20 on the length of all, from bit 24 on how many. */
const steps = new Uint32Array(1 << width);

let code = 0;
for (let length = 1, place = 0; length <= longest; length++) {
  offsets[length] = place - code;
  for (; lengths[symbols[place]!] === length; place++, code++) {
    const unused = width - length;
    if (unused >= 0) first.fill((length << 16) | symbols[place]!, code << unused, (code + 1) << unused);
  }
  ends[length] = code * 2 ** (longest - length);
  code *= 2;
}
for (const [bits, one] of first.entries()) {
  const length = one >> 16;
  const next = first[(bits << length) & ones]!;
  const both = length + (next >> 16);
  if (one && next && both <= width) steps[bits] = one | ((next & 0xff) << 8) | (both << 20) | (2 << 24);
  else if (one) steps[bits] = one | (length << 20) | (1 << 24);
}

/** Longer texts get bytes of their own. */
const scratch = Buffer.allocUnsafeSlow(8192);
/** No code is shorter. */
const shortest = 5;

/** The text whose codes are from one place in the block to another (RFC 7541 §5.2). */
export function readHuffman(block: Buffer, start: number, end: number): string {
  // A step may write a byte more than it has read.
  const most = Math.ceil(((end - start) * 8) / shortest) + 1;
  const text = most > scratch.length ? Buffer.allocUnsafe(most) : scratch;
  let length = 0;
  let at = start;
  // The last `left` bits of `bits` are still to be read; those before them are of no meaning.
  let bits = 0;
  let left = 0;
  for (;;) {
    while (left < width && at < end) {
      bits = (bits << 8) | block[at++]!;
      left += 8;
    }
    if (left < width) break;
    const found = steps[(bits >> (left - width)) & ones]!;
    if (found) {
      text[length] = found & 0xff;
      text[length + 1] = (found >> 8) & 0xff;
      length += found >> 24;
      left -= (found >> 20) & 0xf;
      continue;
    }
    const from = at * 8 - left;
    const window = windowOf(block, from, end);
    const codeLength = lengthOf(window);
    const symbol = symbols[offsets[codeLength]! + (window >>> (longest - codeLength))]!;
    if (symbol === endOfString || from + codeLength > end * 8) throw new CompressionError('a Huffman code ends badly');
    text[length++] = symbol;
    left -= codeLength;
    for (; left < 0; left += 8) bits = block[at++]!;
  }
  for (;;) {
    // What isn't there is taken for padding.
    const found = steps[((bits << (width - left)) | (ones >> left)) & ones]!;
    const codeLength = (found >> 16) & 0xf;
    if (!found || codeLength > left) break;
    text[length++] = found & 0xff;
    left -= codeLength;
  }
  const padding = (1 << left) - 1;
  if (left > 7 || (bits & padding) !== padding)
    throw new CompressionError('a Huffman padding is not seven ones or less');
  return text.toString('latin1', 0, length);
}

/** The length of the code that a window begins with, which is longer than `width`. */
function lengthOf(window: number): number {
  let length = width + 1;
  // Nothing is beyond EOS, all ones, but the end of its length.
  while (window >= ends[length]!) length++;
  return length;
}

/** As many bits as the longest code has, from one of the block's on; ones beyond the end. */
function windowOf(block: Buffer, from: number, end: number): number {
  const at = from >> 3;
  const shift = from & 7;
  const byte = (i: number): number => (i < end ? block[i]! : 0xff);
  const four = (byte(at) << 24) | (byte(at + 1) << 16) | (byte(at + 2) << 8) | byte(at + 3);
  return ((four << shift) | (byte(at + 4) >> (8 - shift))) >>> 2;
}
