import type { IncomingMessage } from 'node:http';
import { Agent, request } from 'node:https';
import { abortError } from '@tiphys/sdk/runtime';
import { dialError } from '../../nodes/connector.ts';

export interface WebhookAddress {
  readonly host: string;
  readonly port: number;
  /** Whom the certificate has to name. */
  readonly servername: string;
  /** PEM; the system's own authorities without it. */
  readonly ca: Buffer | undefined;
}

export interface WebhookPost {
  readonly path: string;
  readonly authority: string;
  readonly body: Buffer;
  readonly signal: AbortSignal;
}

/** So many wait at each webhook for the next call, as upstream's do, and no longer than this. */
const mostIdle = 25;
const idleMs = 90_000;
const largestAnswer = 8 * 1024 * 1024;

/** The connections to webhooks: they go on between calls, those of one address and authority apart from all others. */
export class WebhookConnections {
  readonly #agent = new Agent({ keepAlive: true, maxFreeSockets: mostIdle, timeout: idleMs, scheduling: 'lifo' });

  /** Sends a body and gives what comes back. One that waited may have been closed meanwhile: then another is made. */
  async post(to: WebhookAddress, what: WebhookPost): Promise<{ status: number; text: string }> {
    for (;;) {
      const sent = this.#send(to, what);
      try {
        const message = await sent.answer;
        return { status: message.statusCode ?? 502, text: await textOf(message) };
      } catch (err) {
        if (!sent.wasClosedMeanwhile(err)) throw dialError(err as NodeJS.ErrnoException, to);
      }
    }
  }

  #send(
    { host, port, servername, ca }: WebhookAddress,
    { path, authority, body, signal }: WebhookPost,
  ): { answer: Promise<IncomingMessage>; wasClosedMeanwhile: (err: unknown) => boolean } {
    // An address can't be named to the server, only be looked for in its certificate.
    const isName = !/^[\d.]+$|:/.test(servername);
    const sent = request({
      agent: this.#agent,
      method: 'POST',
      host,
      port,
      path,
      servername: isName ? servername : '',
      ...(ca && { ca }),
      headers: {
        host: authority,
        'content-type': 'application/json',
        accept: 'application/json',
        'content-length': body.length,
      },
    });
    const end = () => void sent.destroy(abortError(signal));
    const answer = new Promise<IncomingMessage>((resolve, reject) => {
      sent.once('response', resolve);
      sent.on('error', reject);
      sent.once('close', () => signal.removeEventListener('abort', end));
      if (signal.aborted) return end();
      signal.addEventListener('abort', end, { once: true });
      sent.end(body);
    });
    return {
      answer,
      wasClosedMeanwhile: (err) => sent.reusedSocket && (err as NodeJS.ErrnoException).code === 'ECONNRESET',
    };
  }
}

async function textOf(message: IncomingMessage): Promise<string> {
  const pieces: Uint8Array[] = [];
  let size = 0;
  for await (const piece of message as AsyncIterable<Uint8Array>) {
    size += piece.length;
    if (size > largestAnswer) throw new Error('the answer is too large');
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString();
}
