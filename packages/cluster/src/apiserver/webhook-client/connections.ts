import http, { type IncomingMessage } from 'node:http';
import https from 'node:https';
import type { PeerCertificate } from 'node:tls';
import { abortError } from '@tiphys/sdk/runtime';
import { dialError } from '../nodes/connector.ts';
import { identityProblem } from './identity.ts';

export interface WebhookAddress {
  readonly host: string;
  readonly port: number;
  /** Whom the certificate has to name. */
  readonly servername: string;
  /** PEM; the system's own authorities without it. */
  readonly ca: Buffer | undefined;
  /** Who we are there: PEM. */
  readonly cert?: string | Buffer;
  readonly key?: string | Buffer;
  /** Whatever certificate it shows is good. */
  readonly insecure?: boolean;
  /** Without TLS. */
  readonly plain?: boolean;
}

export interface WebhookPost {
  readonly path: string;
  readonly authority: string;
  readonly body: Buffer;
  readonly signal: AbortSignal;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
}

export interface WebhookAnswer {
  readonly status: number;
  readonly text: string;
  /** Seconds, or a date. */
  readonly retryAfter: string | undefined;
  readonly contentType: string;
}

/** So many wait at each webhook for the next call, as upstream's do, and no longer than this. */
const mostIdle = 25;
const idleMs = 90_000;
const largestAnswer = 8 * 1024 * 1024;
const waiting = { keepAlive: true, maxFreeSockets: mostIdle, timeout: idleMs, scheduling: 'lifo' } as const;

/** The connections to webhooks: they go on between calls, those of one address and authority apart from all others. */
export class WebhookConnections {
  readonly #agent = new https.Agent({ ...waiting, checkServerIdentity: identityProblem });
  /** Of those whose certificate names another address than that at which they are: newer Nodes don't share these. */
  readonly #others = new https.Agent(waiting);
  readonly #plain = new http.Agent(waiting);

  /** Sends a body and gives what comes back. One that waited may have been closed meanwhile: then another is made. */
  async post(to: WebhookAddress, what: WebhookPost): Promise<WebhookAnswer> {
    for (;;) {
      const sent = this.#send(to, what);
      try {
        const message = await sent.answer;
        const { 'retry-after': retryAfter, 'content-type': contentType = '' } = message.headers;
        return { status: message.statusCode ?? 502, text: await textOf(message), retryAfter, contentType };
      } catch (err) {
        if (!sent.wasClosedMeanwhile(err)) throw dialError(err as NodeJS.ErrnoException, to);
      }
    }
  }

  #send(
    { host, port, servername, ca, cert, key, insecure, plain }: WebhookAddress,
    { path, authority, body, signal, headers }: WebhookPost,
  ): { answer: Promise<IncomingMessage>; wasClosedMeanwhile: (err: unknown) => boolean } {
    // An address can't be named to the server, only be looked for in its certificate.
    const isName = !/^[\d.]+$|:/.test(servername);
    const isOther = !isName && servername !== host;
    const tls = {
      servername: isName ? servername : '',
      ...(isOther && {
        checkServerIdentity: (_: string, shown: PeerCertificate) => identityProblem(servername, shown),
      }),
      ...(ca && { ca }),
      ...(cert && { cert }),
      ...(key && { key }),
      ...(insecure && { rejectUnauthorized: false }),
    };
    const common = {
      method: 'POST',
      host,
      port,
      path,
      headers: {
        ...headers,
        host: authority,
        'content-type': 'application/json',
        accept: 'application/json, */*',
        'content-length': body.length,
      },
    };
    const sent = plain
      ? http.request({ ...common, agent: this.#plain })
      : https.request({ ...common, ...tls, agent: isOther ? this.#others : this.#agent });
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
