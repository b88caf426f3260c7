import type { LogOptions } from '../../../streaming/index.ts';

/** What of the log is asked for, once it is known where it begins. */
export interface LineOptions extends Pick<LogOptions, 'timestamps' | 'limitBytes' | 'stream'> {
  /** Milliseconds since the epoch; lines written before aren't shown. */
  readonly since?: number;
}

const newline = 0x0a;
const space = 0x20;

/**
 * Turns a CRI log file (`TIME STREAM TAGS TEXT` a line) into what the container wrote. A line tagged P is a part of a longer one,
 * and the next goes on with it.
 */
export class LineWriter {
  readonly #options: LineOptions;
  #held: Buffer = Buffer.alloc(0);
  #left: number;
  #atLineStart = true;

  constructor(options: LineOptions) {
    this.#options = options;
    this.#left = options.limitBytes ?? Infinity;
  }

  /** Nothing more will be shown: the limit is reached. */
  get isFull(): boolean {
    return this.#left <= 0;
  }

  /** What the whole lines of these bytes say; a begun one waits for its rest. */
  write(bytes: Buffer): Buffer {
    const all = this.#held.length ? Buffer.concat([this.#held, bytes]) : bytes;
    const out: Buffer[] = [];
    let from = 0;
    for (let end = all.indexOf(newline); end !== -1 && !this.isFull; end = all.indexOf(newline, from)) {
      this.#line(all.subarray(from, end + 1), out);
      from = end + 1;
    }
    // What is held must outlive the buffer that it was read into.
    this.#held = Buffer.from(all.subarray(from));
    return Buffer.concat(out);
  }

  #line(line: Buffer, out: Buffer[]): void {
    const streamAt = line.indexOf(space) + 1;
    const tagsAt = line.indexOf(space, streamAt) + 1;
    const textAt = line.indexOf(space, tagsAt) + 1;
    // As upstream, what isn't such a line is passed over.
    if (!streamAt || !tagsAt || !textAt) return;
    const { since, stream = 'All', timestamps } = this.#options;
    const time = line.toString('latin1', 0, streamAt - 1);
    const writtenAt = Date.parse(time);
    if (Number.isNaN(writtenAt) || (since !== undefined && writtenAt < since)) return;
    if (stream !== 'All' && line.toString('latin1', streamAt, tagsAt - 1) !== stream.toLowerCase()) return;
    const isPartial = line.toString('latin1', tagsAt, textAt - 1).split(':')[0] === 'P';
    if (timestamps && this.#atLineStart) this.#put(Buffer.from(`${fixedWidth(time)} `), out);
    this.#put(isPartial ? line.subarray(textAt, -1) : line.subarray(textAt), out);
    this.#atLineStart = !isPartial;
  }

  #put(piece: Buffer, out: Buffer[]): void {
    if (this.#left <= 0) return;
    out.push(piece.subarray(0, Math.min(piece.length, this.#left)));
    this.#left -= piece.length;
  }
}

/** Nine decimals, so that columns stay where they are; runtimes leave trailing zeros out. */
export const fixedWidth = (time: string): string =>
  time.replace(
    /^(.*T\d\d:\d\d:\d\d)(?:\.(\d+))?(.*)$/,
    (_all, seconds: string, fraction: string | undefined, zone: string) =>
      `${seconds}.${(fraction ?? '').padEnd(9, '0')}${zone}`,
  );
