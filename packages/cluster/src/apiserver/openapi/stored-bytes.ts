import { promisify } from 'node:util';
import { gunzip as gunzipCallback, gzip as gzipCallback } from 'node:zlib';

const gzip = promisify(gzipCallback);
const gunzip = promisify(gunzipCallback);

/** Bytes that go out as they are or in gzip. Nearly every client takes gzip: once one has, nothing else is kept. */
export class StoredBytes {
  #plain: Buffer | undefined;
  #zipped: Promise<Buffer> | undefined;

  constructor(plain: Buffer) {
    this.#plain = plain;
  }

  async plain(): Promise<Buffer> {
    return this.#plain ?? gunzip(await this.#zipped!);
  }

  zipped(): Promise<Buffer> {
    this.#zipped ??= gzip(this.#plain!).finally(() => (this.#plain = undefined));
    return this.#zipped;
  }
}
