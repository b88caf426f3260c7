import { createInflate, type Inflate } from 'node:zlib';
import { dictionary } from './dictionary.ts';

/** Names are lower-case. */
export type SpdyHeaders = Readonly<Record<string, string>>;

const largestBlock = 256 * 1024;
const zlibHeader = Buffer.from([0x78, 0x01]);
/** An empty stored block: what a sync flush ends with, and what makes a reader hand over all it has. */
const flush = Buffer.from([0, 0, 0, 0xff, 0xff]);

/** Writes one connection's header blocks. They are one zlib stream; ours stores rather than compresses, the few there are. */
export class HeaderWriter {
  #begun = false;

  write(headers: SpdyHeaders): Buffer {
    const pairs = Object.entries(headers);
    const plain = [uint32(pairs.length)];
    for (const [name, value] of pairs) plain.push(...counted(name.toLowerCase()), ...counted(value));
    const pieces = this.#begun ? [] : [zlibHeader];
    this.#begun = true;
    const all = Buffer.concat(plain);
    for (let at = 0; at < all.length; at += 0xffff) {
      const part = all.subarray(at, at + 0xffff);
      const head = Buffer.alloc(5);
      head.writeUInt16LE(part.length, 1);
      head.writeUInt16LE(part.length ^ 0xffff, 3);
      pieces.push(head, part);
    }
    return Buffer.concat([...pieces, flush]);
  }
}

/** Reads one connection's header blocks, in the order in which they come. */
export class HeaderReader {
  readonly #inflate: Inflate = createInflate({ dictionary });
  #plain: Buffer[] = [];
  #size = 0;

  constructor() {
    this.#inflate.on('data', (piece: Buffer) => {
      this.#plain.push(piece);
      this.#size += piece.length;
      if (this.#size > largestBlock) this.#inflate.destroy(new Error('a SPDY header block is too large'));
    });
    // Told to whoever waits for the block.
    this.#inflate.on('error', () => {});
  }

  async read(block: Buffer): Promise<SpdyHeaders> {
    await new Promise<void>((resolve, reject) => {
      const failed = () => reject(new Error('a SPDY header block is broken', { cause: this.#inflate.errored }));
      if (this.#inflate.destroyed) return failed();
      this.#inflate.once('close', failed);
      this.#inflate.write(block, (err) => {
        this.#inflate.off('close', failed);
        if (err) failed();
        else resolve();
      });
    });
    const plain = Buffer.concat(this.#plain);
    this.#plain = [];
    this.#size = 0;
    return parse(plain);
  }

  close(): void {
    this.#inflate.destroy();
  }
}

function parse(plain: Buffer): SpdyHeaders {
  let at = 4;
  const next = () => {
    const from = at + 4;
    at = from + plain.readUInt32BE(at);
    if (at > plain.length) throw new Error('a SPDY header block ends early');
    return plain.toString('utf8', from, at);
  };
  const headers: Record<string, string> = Object.create(null) as Record<string, string>;
  for (let left = plain.readUInt32BE(0); left > 0; left--) {
    const name = next().toLowerCase();
    // Several values of one name stand between NULs; none of ours has more than one.
    headers[name] = next().split('\0')[0]!;
  }
  return headers;
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

function counted(text: string): [Buffer, Buffer] {
  const bytes = Buffer.from(text);
  return [uint32(bytes.length), bytes];
}
