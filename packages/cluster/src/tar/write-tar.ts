/** One entry of a layer. Paths are relative to the image's root, without a leading slash. */
export type TarEntry = { readonly path: string; readonly mode: number; readonly mtimeSeconds?: number } & (
  | { readonly type: 'file'; readonly data: Uint8Array }
  | { readonly type: 'directory' }
  | { readonly type: 'link'; readonly target: string }
);

const block = 512;
const typeFlags = { file: '0', directory: '5', link: '2', extended: 'x' } as const;
/** What the plain header has room for. */
const longest = { path: 100, target: 100, octal: 0o77777777777 };

/** A tar archive of the POSIX format; everything in it is root's. */
export function tarOf(entries: Iterable<TarEntry>): Buffer {
  const parts: Uint8Array[] = [];
  for (const entry of entries) {
    const data = entry.type === 'file' ? entry.data : new Uint8Array();
    const path = entry.type === 'directory' ? `${entry.path}/` : entry.path;
    const target = entry.type === 'link' ? entry.target : '';
    const records = extendedRecords(path, target, data.length);
    if (records.length) {
      parts.push(
        header({ path: 'PaxHeaders/entry', target: '', flag: typeFlags.extended, size: records.length, mode: 0o644 }),
      );
      parts.push(records, padding(records.length));
    }
    const { mode, mtimeSeconds = 0 } = entry;
    parts.push(header({ path, target, flag: typeFlags[entry.type], size: data.length, mode, mtimeSeconds }));
    parts.push(data, padding(data.length));
  }
  parts.push(new Uint8Array(2 * block));
  return Buffer.concat(parts);
}

interface Header {
  readonly path: string;
  readonly target: string;
  readonly flag: string;
  readonly size: number;
  readonly mode: number;
  readonly mtimeSeconds?: number;
}

function header({ path, target, flag, size, mode, mtimeSeconds = 0 }: Header): Buffer {
  const out = Buffer.alloc(block);
  out.write(path.slice(0, longest.path), 0, longest.path);
  out.write(octal(mode, 7), 100);
  out.write(octal(0, 7), 108);
  out.write(octal(0, 7), 116);
  out.write(octal(Math.min(size, longest.octal), 11), 124);
  out.write(octal(Math.floor(mtimeSeconds), 11), 136);
  out.fill(' ', 148, 156);
  out.write(flag, 156);
  out.write(target.slice(0, longest.target), 157, longest.target);
  out.write('ustar\0' + '00', 257);
  const sum = out.reduce((total, byte) => total + byte, 0);
  out.write(`${octal(sum, 6)}\0 `, 148);
  return out;
}

const octal = (value: number, digits: number) => value.toString(8).padStart(digits, '0');

/** What doesn't fit in the plain header goes before it, as `length key=value` lines. */
function extendedRecords(path: string, target: string, size: number): Buffer {
  const lines: string[] = [];
  if (Buffer.byteLength(path) > longest.path || !isAscii(path)) lines.push(record('path', path));
  if (Buffer.byteLength(target) > longest.target || !isAscii(target)) lines.push(record('linkpath', target));
  if (size > longest.octal) lines.push(record('size', String(size)));
  return Buffer.from(lines.join(''));
}

/** The length at its front counts itself. */
function record(key: string, value: string): string {
  const rest = ` ${key}=${value}\n`;
  const bytes = Buffer.byteLength(rest);
  let length = bytes + String(bytes).length;
  if (String(length).length !== String(bytes).length) length = bytes + String(length).length;
  return `${length}${rest}`;
}

const isAscii = (text: string) => Buffer.byteLength(text) === text.length;

const padding = (length: number) => new Uint8Array((block - (length % block)) % block);
