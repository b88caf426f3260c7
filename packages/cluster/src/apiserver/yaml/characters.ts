import { YamlProblem } from './problem.ts';

/** The smallest character of each length. */
const smallest = [0, 0, 0x80, 0x800, 0x10000];

/** Upstream's reader lets through what YAML 1.1 calls printable, in sound UTF-8, and looks at it before anything else does. */
export function checkCharacters(bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length;) {
    const lead = bytes[at]!;
    // Nearly all there is.
    if (lead >= 0x20 && lead <= 0x7e) {
      at++;
      continue;
    }
    const length = lengthOf(lead);
    if (length === 0) throw new YamlProblem('yaml: invalid leading UTF-8 octet');
    if (at + length > bytes.length) throw new YamlProblem('yaml: incomplete UTF-8 octet sequence');
    let character = length === 1 ? lead : lead & (0x7f >> length);
    for (const next of bytes.subarray(at + 1, at + length)) {
      if ((next & 0xc0) !== 0x80) throw new YamlProblem('yaml: invalid trailing UTF-8 octet');
      character = (character << 6) | (next & 0x3f);
    }
    if (character < smallest[length]!) throw new YamlProblem('yaml: invalid length of a UTF-8 sequence');
    if ((character >= 0xd800 && character <= 0xdfff) || character > 0x10ffff) {
      throw new YamlProblem('yaml: invalid Unicode character');
    }
    if (!isPrintable(character)) throw new YamlProblem('yaml: control characters are not allowed');
    at += length;
  }
}

function lengthOf(lead: number): number {
  if (lead < 0x80) return 1;
  if ((lead & 0xe0) === 0xc0) return 2;
  if ((lead & 0xf0) === 0xe0) return 3;
  return (lead & 0xf8) === 0xf0 ? 4 : 0;
}

const isPrintable = (c: number): boolean =>
  c === 0x09 ||
  c === 0x0a ||
  c === 0x0d ||
  c === 0x85 ||
  (c >= 0x20 && c <= 0x7e) ||
  (c >= 0xa0 && c !== 0xfffe && c !== 0xffff);
