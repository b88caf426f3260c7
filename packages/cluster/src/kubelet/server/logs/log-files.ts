import { type FileHandle, open, readdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { createGunzip } from 'node:zlib';

/** One of the files that a container's log consists of. */
export interface LogFile {
  readonly handle: FileHandle;
  readonly isCompressed: boolean;
}

const rotated = /^\.\d{8}-\d{6}(\.gz)?$/;

/**
 * A container's log, oldest file first: those that were moved away when they had grown, and the one that is written to. They are
 * open, so a rotation that happens meanwhile takes none of them away.
 */
export async function openLogFiles(path: string): Promise<LogFile[]> {
  const [directory, name] = [dirname(path), basename(path)];
  const suffixes = (await readdir(directory))
    .filter((f) => f.startsWith(name))
    .map((f) => f.slice(name.length))
    .filter((s) => rotated.test(s))
    .sort();
  const files: LogFile[] = [];
  try {
    // The newest first: were it rotated while the others are opened, it would be read twice rather than never.
    files.push({ handle: await open(path), isCompressed: false });
    for (const suffix of suffixes.reverse()) {
      const handle = await open(join(directory, name + suffix)).catch(() => undefined);
      // Compressed under another name, or removed for its age, since we looked.
      if (handle) files.unshift({ handle, isCompressed: suffix.endsWith('.gz') });
    }
    return files;
  } catch (err) {
    await closeAll(files);
    throw err;
  }
}

export const closeAll = async (files: readonly LogFile[]): Promise<void> => {
  await Promise.allSettled(files.map((f) => f.handle.close()));
};

const blockBytes = 64 * 1024;

/** A file's bytes from a position on, decompressed where that is needed; the position counts decompressed ones. */
export async function* bytesOf({ handle, isCompressed }: LogFile, from = 0): AsyncIterable<Buffer> {
  if (!isCompressed) {
    yield* blocks(handle, from);
    return;
  }
  const raw = handle.createReadStream({ start: 0, autoClose: false });
  let at = 0;
  for await (const piece of raw.pipe(createGunzip()) as AsyncIterable<Buffer>) {
    const skipped = Math.min(piece.length, Math.max(0, from - at));
    at += piece.length;
    if (skipped < piece.length) yield piece.subarray(skipped);
  }
}

async function* blocks(handle: FileHandle, from: number): AsyncIterable<Buffer> {
  for (let at = from; ;) {
    const { buffer, bytesRead } = await handle.read(Buffer.allocUnsafe(blockBytes), 0, blockBytes, at);
    if (bytesRead === 0) return;
    at += bytesRead;
    yield buffer.subarray(0, bytesRead);
  }
}

export interface LogPosition {
  readonly file: number;
  readonly offset: number;
}

/** Where the last so many lines begin. Only as much is read as they need, and the whole of compressed files. */
export async function startOfTail(files: readonly LogFile[], lines: number): Promise<LogPosition> {
  let wanted = lines;
  for (let file = files.length - 1; file >= 0; file--) {
    const found = files[file]!.isCompressed
      ? await tailOfCompressed(files[file]!, wanted)
      : await tailOfPlain(files[file]!.handle, wanted);
    if ('offset' in found) return { file, offset: found.offset };
    wanted -= found.lines;
  }
  return { file: 0, offset: 0 };
}

type Found = { readonly offset: number } | { readonly lines: number };

/** Backwards from the end, block by block. */
async function tailOfPlain(handle: FileHandle, wanted: number): Promise<Found> {
  const { size } = await handle.stat();
  let lines = 0;
  let end = size;
  while (end > 0) {
    const start = Math.max(0, end - blockBytes);
    const { buffer } = await handle.read(Buffer.allocUnsafe(end - start), 0, end - start, start);
    for (let at = buffer.lastIndexOf(0x0a); at !== -1; at = at > 0 ? buffer.lastIndexOf(0x0a, at - 1) : -1) {
      // A newline ends the line before it: the tail begins after the one that is too many.
      if (lines++ === wanted) return { offset: start + at + 1 };
    }
    end = start;
  }
  return lines === wanted ? { offset: 0 } : { lines };
}

/** Forwards twice: to count, and to find. */
async function tailOfCompressed(file: LogFile, wanted: number): Promise<Found> {
  let lines = 0;
  for await (const piece of bytesOf(file)) for (const _ of newlines(piece)) lines++;
  if (lines < wanted) return { lines };
  let skip = lines - wanted;
  if (skip === 0) return { offset: 0 };
  let before = 0;
  for await (const piece of bytesOf(file)) {
    for (const at of newlines(piece)) if (--skip === 0) return { offset: before + at + 1 };
    before += piece.length;
  }
  return { lines };
}

function* newlines(piece: Buffer): Iterable<number> {
  for (let at = piece.indexOf(0x0a); at !== -1; at = piece.indexOf(0x0a, at + 1)) yield at;
}
