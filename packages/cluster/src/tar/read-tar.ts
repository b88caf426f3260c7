import { withoutTrailing } from '@tiphys/sdk/machinery';
import type { TarEntry } from './write-tar.ts';

const block = 512;

/** The files, directories and symbolic links of an archive, in its order; what is of another sort is left out. Throws at bytes that are no archive. */
export function* readTar(archive: Buffer): Generator<TarEntry> {
  let extended: Readonly<Record<string, string>> = {};
  for (let at = 0; at + block <= archive.length;) {
    const header = archive.subarray(at, at + block);
    if (header.every((byte) => byte === 0)) return;
    if (checksumOf(header) !== numberAt(header, 148, 8)) throw new Error('this does not look like a tar archive');
    const size = Number(extended['size'] ?? numberAt(header, 124, 12));
    if (!Number.isSafeInteger(size) || size < 0) throw new Error('invalid tar header');
    const start = at + block;
    if (start + size > archive.length) throw new Error('unexpected EOF in archive');
    const data = archive.subarray(start, start + size);
    at = start + Math.ceil(size / block) * block;
    const flag = String.fromCharCode(header[156]!);
    if (flag === 'x') extended = { ...extended, ...recordsOf(data) };
    else if (flag === 'L') extended = { ...extended, path: textAt(data, 0, data.length) };
    else {
      const entry = entryOf(flag, header, data, extended);
      if (entry) yield entry;
      extended = {};
    }
  }
}

function entryOf(
  flag: string,
  header: Buffer,
  data: Buffer,
  extended: Readonly<Record<string, string>>,
): TarEntry | undefined {
  const prefix = textAt(header, 257, 6).startsWith('ustar') ? textAt(header, 345, 155) : '';
  const name = textAt(header, 0, 100);
  const path = withoutTrailing(extended['path'] ?? (prefix ? `${prefix}/${name}` : name), '/');
  const about = { path, mode: numberAt(header, 100, 8) & 0o7777, mtimeSeconds: numberAt(header, 136, 12) };
  if (flag === '0' || flag === '\0') return { type: 'file', ...about, data };
  if (flag === '5') return { type: 'directory', ...about };
  if (flag === '2') return { type: 'link', ...about, target: extended['linkpath'] ?? textAt(header, 157, 100) };
  return undefined;
}

/** Lines of `length key=value`. */
function recordsOf(data: Buffer): Record<string, string> {
  const records: Record<string, string> = Object.create(null) as Record<string, string>;
  for (let at = 0; at < data.length;) {
    const length = Number.parseInt(data.toString('latin1', at, at + 20), 10);
    if (!(length > 0)) break;
    const [, key, value] = /^\d+ ([^=]*)=([^]*)\n$/.exec(data.toString('utf8', at, at + length)) ?? [];
    if (key !== undefined) records[key] = value!;
    at += length;
  }
  return records;
}

function textAt(bytes: Buffer, start: number, length: number): string {
  const field = bytes.subarray(start, start + length);
  const end = field.indexOf(0);
  return field.toString('utf8', 0, end < 0 ? length : end);
}

/** Octal; GNU's tar writes what is too large for that in base 256. */
function numberAt(bytes: Buffer, start: number, length: number): number {
  if (bytes[start]! & 0x80) return Number(BigInt(`0x${bytes.toString('hex', start + 1, start + length)}`));
  return Number.parseInt(textAt(bytes, start, length).trim() || '0', 8);
}

/** With the field of the checksum itself taken as blanks. */
function checksumOf(header: Buffer): number {
  const all = header.reduce((sum, byte) => sum + byte, 0);
  return header.subarray(148, 156).reduce((sum, byte) => sum - byte + 0x20, all);
}
