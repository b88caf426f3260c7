import { Socket } from 'node:net';

/**
 * A connection that is read to its end even when the other side has stopped reading. A runtime whose command has ended says how,
 * and is gone; what we still write then makes its kernel reset the connection, and Node's own sockets answer the failed write by
 * throwing away what has come and wasn't read.
 */
export class PatientSocket extends Socket {
  override _write(chunk: unknown, encoding: BufferEncoding, done: () => void): void {
    super._write(chunk, encoding, () => done());
  }

  override _writev(chunks: { chunk: unknown; encoding: BufferEncoding }[], done: () => void): void {
    super._writev!(chunks, () => done());
  }

  /** A reset is the end of what can be read, after all that came before it. */
  override destroy(err?: NodeJS.ErrnoException): this {
    if (err?.syscall !== 'read' || this.readableEnded || this.destroyed) return super.destroy(err);
    this.push(null);
    return this;
  }
}
