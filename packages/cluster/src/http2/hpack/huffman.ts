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

/** For each length: where codes of it end, as the `longest` bits that begin with the first code beyond; and its last symbol's place. */
const ends = new Uint32Array(longest + 1);
const firstPlaces = new Int32Array(longest + 1);
/** For each byte that begins with a code, `length << 8 | symbol`; 0 where the code is longer. */
const short = new Uint16Array(256);

let code = 0;
for (let length = 1, place = 0; length <= longest; length++) {
  // By this a code's place follows from itself.
  firstPlaces[length] = place - code;
  for (; lengths[symbols[place]!] === length; place++, code++) {
    if (length <= 8) short.fill((length << 8) | symbols[place]!, code << (8 - length), (code + 1) << (8 - length));
  }
  ends[length] = code * 2 ** (longest - length);
  code *= 2;
}

/** Longer texts get bytes of their own. */
const scratch = Buffer.allocUnsafeSlow(8192);
/** No code is shorter. */
const shortest = 5;

/** The text whose codes are from one place in the block to another (RFC 7541 §5.2). */
export function readHuffman(block: Buffer, start: number, end: number): string {
  const most = Math.ceil(((end - start) * 8) / shortest);
  const text = most > scratch.length ? Buffer.allocUnsafe(most) : scratch;
  let length = 0;
  let at = start;
  // The last `left` bits of `bits` are still to be read; those before them are of no meaning.
  let bits = 0;
  let left = 0;
  for (;;) {
    if (left < 8) {
      if (at < end) {
        bits = (bits << 8) | block[at++]!;
        left += 8;
      } else {
        // What isn't there is taken for padding.
        const found = short[((bits << (8 - left)) | (0xff >> left)) & 0xff]!;
        if (found === 0 || found >> 8 > left) break;
        text[length++] = found & 0xff;
        left -= found >> 8;
        continue;
      }
    }
    const found = short[(bits >> (left - 8)) & 0xff]!;
    if (found !== 0) {
      text[length++] = found & 0xff;
      left -= found >> 8;
      continue;
    }
    const first = at * 8 - left;
    const codeLength = longCodeLength(block, first, end);
    const symbol = symbols[firstPlaces[codeLength]! + (window(block, first, end) >>> (longest - codeLength))]!;
    if (symbol === endOfString || first + codeLength > end * 8) throw new CompressionError('a Huffman code ends badly');
    text[length++] = symbol;
    at = (first + codeLength + 7) >> 3;
    left = at * 8 - first - codeLength;
    bits = at > start ? block[at - 1]! : 0;
  }
  if ((bits & ((1 << left) - 1)) !== (1 << left) - 1) throw new CompressionError('a Huffman padding is not all ones');
  return text.toString('latin1', 0, length);
}

function longCodeLength(block: Buffer, first: number, end: number): number {
  const bits = window(block, first, end);
  let length = 9;
  // EOS is all ones: nothing is beyond it but the end of its length.
  while (bits >= ends[length]!) length++;
  return length;
}

/** As many bits as the longest code has, from the first on; ones beyond the end. */
function window(block: Buffer, first: number, end: number): number {
  const at = first >> 3;
  const shift = first & 7;
  const byte = (i: number): number => (i < end ? block[i]! : 0xff);
  const four = (byte(at) << 24) | (byte(at + 1) << 16) | (byte(at + 2) << 8) | byte(at + 3);
  return ((four << shift) | (byte(at + 4) >> (8 - shift))) >>> 2;
}
