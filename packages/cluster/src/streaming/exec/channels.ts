import type { Readable, Writable } from 'node:stream';
import type { SessionStatus, TerminalSize, TerminalStreams } from '@tiphys/sdk/client';

/** A client of exec or attach, whichever protocol it speaks. */
export interface SessionChannels {
  readonly stdin?: Readable;
  readonly stdout?: Writable;
  readonly stderr?: Writable;
  /** Sizes that came before are handed over at once. */
  onResize(listener: (size: TerminalSize) => void): void;
  /** Tells how it ended and says good-bye; resolves when the client has been sent everything. */
  finish(status: SessionStatus): Promise<void>;
  /** Resolves when the client has gone, whoever ended it. */
  readonly gone: Promise<void>;
  destroy(): void;
}

/** Which streams a request's query asks for, under the names that the node agent's API has for them. */
export function streamsOf(
  query: URLSearchParams,
): TerminalStreams & { stdin: boolean; stdout: boolean; stderr: boolean; tty: boolean } {
  const asks = (name: string) => query.get(name) === '1' || query.get(name) === 'true';
  const tty = asks('tty');
  return { stdin: asks('input'), stdout: asks('output'), stderr: asks('error') && !tty, tty };
}

/** Terminal sizes as clients write them: JSON objects, one after the other. */
export class SizeReader {
  #held = '';
  #latest: TerminalSize | undefined;
  #listener: ((size: TerminalSize) => void) | undefined;

  read(piece: Buffer): void {
    this.#held += piece.toString('utf8');
    if (this.#held.length > 4096) this.#held = '';
    for (let end = this.#held.indexOf('}'); end !== -1; end = this.#held.indexOf('}')) {
      const text = this.#held.slice(0, end + 1);
      this.#held = this.#held.slice(end + 1);
      const size = sizeOf(text);
      if (!size) continue;
      this.#latest = size;
      this.#listener?.(size);
    }
  }

  listen(listener: (size: TerminalSize) => void): void {
    this.#listener = listener;
    if (this.#latest) listener(this.#latest);
  }
}

function sizeOf(text: string): TerminalSize | undefined {
  try {
    const { Width, Height } = JSON.parse(text) as { Width?: unknown; Height?: unknown };
    return typeof Width === 'number' && typeof Height === 'number' ? { width: Width, height: Height } : undefined;
  } catch {
    // Not a size: as upstream, of no consequence.
    return undefined;
  }
}

/** Before v4 a failure was plain text, and success said nothing. */
export const statusText = (status: SessionStatus, isJson: boolean): string =>
  isJson ? JSON.stringify(status) : status.status === 'Success' ? '' : (status.message ?? '');
