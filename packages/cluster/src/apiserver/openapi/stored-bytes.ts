import { promisify } from 'node:util';
import { gunzip as gunzipCallback, gzip as gzipCallback } from 'node:zlib';

const gzip = promisify(gzipCallback);
const gunzip = promisify(gunzipCallback);

/** Bytes that are kept in gzip alone, a tenth of their size, since nearly every client takes them so. Both ways go off the event loop. */
export class StoredBytes {
  readonly #zipped: Promise<Buffer>;

  constructor(plain: Buffer) {
    this.#zipped = gzip(plain);
  }

  zipped(): Promise<Buffer> {
    return this.#zipped;
  }

  async plain(): Promise<Buffer> {
    return gunzip(await this.#zipped);
  }
}
