import { watch } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Clock } from '@tiphys/sdk/runtime';
import type { LogOptions } from '../../../streaming/index.ts';
import { LineWriter } from './line-writer.ts';
import { bytesOf, closeAll, openLogFiles, startOfTail } from './log-files.ts';

export interface LogReading extends LogOptions {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Resolves when the container has ended and has nothing more to say. Whoever follows a log reads until then. */
  readonly ended: (signal: AbortSignal) => Promise<void>;
}

/** What a container wrote, from the files that its runtime keeps. */
export async function* readLog(path: string, options: LogReading): AsyncIterable<Uint8Array> {
  const { clock, signal, tailLines } = options;
  const since = sinceOf(options, clock);
  const { timestamps, limitBytes, stream } = options;
  const writer = new LineWriter({
    ...(since !== undefined && { since }),
    ...(timestamps && { timestamps }),
    ...(limitBytes !== undefined && { limitBytes }),
    ...(stream && { stream }),
  });
  const files = await openLogFiles(path);
  const followed = options.follow ? follow(path, options) : undefined;
  try {
    let { file, offset } = tailLines === undefined ? { file: 0, offset: 0 } : await startOfTail(files, tailLines);
    for (; file < files.length; file++, offset = 0) {
      for await (const bytes of bytesOf(files[file]!, offset)) {
        offset += bytes.length;
        const text = writer.write(bytes);
        if (text.length) yield text;
        if (writer.isFull || signal.aborted) return;
      }
      if (file === files.length - 1) break;
    }
    if (!followed) return;
    for await (const bytes of followed.from(files.at(-1)!.handle, offset)) {
      const text = writer.write(bytes);
      if (text.length) yield text;
      if (writer.isFull) return;
    }
  } finally {
    followed?.close();
    await closeAll(files);
  }
}

function sinceOf({ sinceSeconds, sinceTime }: LogOptions, clock: Clock): number | undefined {
  if (sinceSeconds !== undefined) return clock.now() - sinceSeconds * 1000;
  return sinceTime === undefined ? undefined : Date.parse(sinceTime);
}

interface Following {
  from(handle: FileHandle, offset: number): AsyncIterable<Buffer>;
  close(): void;
}

/** Reads on whenever the kernel says that the directory has changed, in the new file when the old one was moved away. */
function follow(path: string, { signal, ended }: LogReading): Following {
  const bell = new Bell();
  const watcher = watch(dirname(path), () => bell.ring());
  // The directory is gone, and the pod with it.
  watcher.on('error', () => bell.ring());
  const stop = new AbortController();
  const all = AbortSignal.any([signal, stop.signal]);
  let isOver = false;
  const finish = () => {
    isOver = true;
    bell.ring();
  };
  all.addEventListener('abort', finish, { once: true });
  void ended(all).then(finish, finish);
  return {
    async *from(first, offset) {
      let handle = first;
      try {
        for (;;) {
          // Asked before reading, so that what was written before the end is still read.
          const isLast = isOver;
          for await (const bytes of bytesOf({ handle, isCompressed: false }, offset)) {
            offset += bytes.length;
            yield bytes;
            if (all.aborted) return;
          }
          const next = await movedTo(path, handle);
          if (next) {
            // Written after we read it to its end and before it was moved.
            for await (const bytes of bytesOf({ handle, isCompressed: false }, offset)) yield bytes;
            if (handle !== first) await handle.close();
            handle = next;
            offset = 0;
            continue;
          }
          if (isLast || all.aborted) return;
          await bell.rung();
        }
      } finally {
        if (handle !== first) await handle.close();
      }
    },
    close() {
      watcher.close();
      stop.abort();
    },
  };
}

/** The file that is at the path now, when it is another than the one that we read. */
async function movedTo(path: string, handle: FileHandle): Promise<FileHandle | undefined> {
  try {
    const [there, ours] = await Promise.all([stat(path), handle.stat()]);
    return there.ino === ours.ino && there.dev === ours.dev ? undefined : await open(path);
  } catch {
    // Moved away, and the runtime hasn't made a new one yet.
    return undefined;
  }
}

/** Remembers one ring until somebody listens. */
class Bell {
  #hasRung = false;
  #wake: (() => void) | undefined;

  ring(): void {
    this.#hasRung = true;
    this.#wake?.();
  }

  async rung(): Promise<void> {
    if (!this.#hasRung) await new Promise<void>((resolve) => (this.#wake = resolve));
    this.#hasRung = false;
    this.#wake = undefined;
  }
}
