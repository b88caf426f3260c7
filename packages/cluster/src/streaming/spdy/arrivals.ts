import type { Readable } from 'node:stream';

/** So many bytes are read ahead of whoever takes them. */
const ahead = 64 * 1024;

/**
 * What arrives on a connection, until it ends. A stream of Node's that breaks forgets what it has read and nobody has taken; here that
 * still comes before the error.
 */
export async function* arrivals(connection: Readable): AsyncIterable<Buffer> {
  const read: Buffer[] = [];
  let size = 0;
  let end: { readonly error?: Error } | undefined;
  let wake = () => {};
  const onData = (chunk: Buffer) => {
    read.push(chunk);
    size += chunk.length;
    if (size > ahead) connection.pause();
    wake();
  };
  const onEnd = (error?: Error) => {
    end ??= error ? { error } : {};
    wake();
  };
  connection.on('data', onData).on('end', onEnd).on('error', onEnd).on('close', onEnd);
  try {
    for (;;) {
      const chunk = read.shift();
      if (chunk) {
        size -= chunk.length;
        if (size <= ahead && connection.isPaused()) connection.resume();
        yield chunk;
      } else if (end) {
        if (end.error) throw end.error;
        return;
      } else await new Promise<void>((resolve) => (wake = resolve));
    }
  } finally {
    connection.off('data', onData).off('end', onEnd).off('error', onEnd).off('close', onEnd);
  }
}
