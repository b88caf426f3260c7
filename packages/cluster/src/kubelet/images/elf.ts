/** What a program or library asks of the system it is loaded on. */
export interface ElfNeeds {
  /** The dynamic loader's path; undefined for libraries and for programs that need none. */
  readonly interpreter: string | undefined;
  /** Names of libraries. */
  readonly libraries: readonly string[];
  /** Where it wants them to be looked for first; `$ORIGIN` stands for its own directory. */
  readonly searchPaths: readonly string[];
}

const magic = Buffer.from([0x7f, 0x45, 0x4c, 0x46]);
const bits64 = 2;
const littleEndian = 1;
const segmentTypes = { load: 1, dynamic: 2, interpreter: 3 } as const;
const tags = { end: 0, needed: 1, strings: 5, rpath: 15, runpath: 29 } as const;

export const isElf = (file: Buffer): boolean => file.subarray(0, 4).equals(magic);

/** Reads the headers of a 64-bit ELF file; throws on one that is cut short. */
export function elfNeeds(file: Buffer): ElfNeeds {
  if (file[4] !== bits64 || file[5] !== littleEndian) throw new Error('only 64-bit little-endian programs can be read');
  const segments = segmentsOf(file);
  const interpreter = segments.find((s) => s.type === segmentTypes.interpreter);
  const dynamic = segments.find((s) => s.type === segmentTypes.dynamic);
  const entries = dynamic ? dynamicEntries(file.subarray(dynamic.offset, dynamic.offset + dynamic.size)) : [];
  const stringsAt = entries.find((e) => e.tag === tags.strings)?.value;
  const base = stringsAt === undefined ? 0 : offsetOf(stringsAt, segments);
  const texts = (...wanted: number[]) =>
    entries.filter((e) => wanted.includes(e.tag)).map((e) => textAt(file, base + e.value));
  return {
    interpreter: interpreter && textAt(file, interpreter.offset),
    libraries: texts(tags.needed),
    searchPaths: texts(tags.runpath, tags.rpath).flatMap((list) => list.split(':')),
  };
}

interface Segment {
  readonly type: number;
  readonly offset: number;
  readonly address: number;
  readonly size: number;
}

function segmentsOf(file: Buffer): Segment[] {
  const at = number(file, 32);
  const entryBytes = file.readUInt16LE(54);
  return Array.from({ length: file.readUInt16LE(56) }, (_, i) => {
    const header = at + i * entryBytes;
    return {
      type: file.readUInt32LE(header),
      offset: number(file, header + 8),
      address: number(file, header + 16),
      size: number(file, header + 32),
    };
  });
}

function dynamicEntries(section: Buffer): { tag: number; value: number }[] {
  const entries: { tag: number; value: number }[] = [];
  for (let at = 0; at + 16 <= section.length; at += 16) {
    const tag = Number(section.readBigInt64LE(at));
    if (tag === tags.end) break;
    entries.push({ tag, value: number(section, at + 8) });
  }
  return entries;
}

/** Addresses are those of the loaded program; the file holds its parts elsewhere. */
function offsetOf(address: number, segments: readonly Segment[]): number {
  const holds = (s: Segment) => s.type === segmentTypes.load && address >= s.address && address < s.address + s.size;
  const segment = segments.find(holds);
  if (!segment) throw new Error('the names of the libraries lie outside of the file');
  return address - segment.address + segment.offset;
}

function textAt(file: Buffer, offset: number): string {
  const end = file.indexOf(0, offset);
  if (end < 0) throw new Error('the file is cut short');
  return file.toString('utf8', offset, end);
}

const number = (file: Buffer, offset: number) => Number(file.readBigUInt64LE(offset));
