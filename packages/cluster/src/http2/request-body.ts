/** Whoever wants a body as it comes. Calls may come before `read` returns. */
export interface BodyReader {
  data(chunk: Buffer): void;
  end(): void;
  /** The client went away before it had sent all. */
  broken(): void;
}

/** What a client sends after the headers: once, in one of two ways. Pieces are asked for at the reader's pace. */
export interface RequestBody extends AsyncIterable<Buffer> {
  /** Whether it is known that nothing comes. */
  readonly isEmpty: boolean;
  read(reader: BodyReader): void;
}

/** Of a request that ended with its headers. */
export const noBody: RequestBody = {
  isEmpty: true,
  read: (reader) => reader.end(),
  async *[Symbol.asyncIterator]() {},
};

/** A body that is on its way. */
export class IncomingBody implements RequestBody {
  readonly isEmpty = false;
  readonly #onRead: (bytes: number) => void;
  #chunks: Buffer[] = [];
  #unread = 0;
  #state: 'open' | 'ended' | 'broken' = 'open';
  #reader: BodyReader | undefined;
  #wake: (() => void) | undefined;

  /** `onRead`: so many bytes aren't kept any more. */
  constructor(onRead: (bytes: number) => void) {
    this.#onRead = onRead;
  }

  read(reader: BodyReader): void {
    this.#reader = reader;
    const chunks = this.#chunks;
    this.#chunks = [];
    for (const chunk of chunks) reader.data(chunk);
    this.#consumed(this.#unread);
    if (this.#state === 'ended') reader.end();
    else if (this.#state === 'broken') reader.broken();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Buffer, void> {
    for (;;) {
      const chunk = this.#chunks.shift();
      if (chunk) {
        this.#consumed(chunk.length);
        yield chunk;
      } else if (this.#state === 'ended') return;
      else if (this.#state === 'broken') throw new Error('the client went away before it had sent its body');
      else await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }

  /** More has come. */
  data(chunk: Buffer): void {
    if (this.#reader) {
      this.#reader.data(chunk);
      this.#onRead(chunk.length);
      return;
    }
    this.#chunks.push(chunk);
    this.#unread += chunk.length;
    this.#wake?.();
  }

  /** All has come. */
  end(): void {
    this.#state = 'ended';
    this.#reader?.end();
    this.#wake?.();
  }

  /** Nobody reads the rest, or nobody sends it. */
  stop(): void {
    if (this.#state === 'open') {
      this.#state = 'broken';
      this.#reader?.broken();
    }
    this.#chunks = [];
    this.#consumed(this.#unread);
    this.#wake?.();
  }

  #consumed(bytes: number): void {
    this.#unread -= bytes;
    if (bytes) this.#onRead(bytes);
  }
}
