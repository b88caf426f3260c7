import type { IncomingMessage, OutgoingHttpHeaders } from 'node:http';
import { Agent, request } from 'node:https';
import type { Duplex } from 'node:stream';
import type { ConnectionOptions } from 'node:tls';
import type { KeyPair } from '../../pki/index.ts';
import { dialError, dialTls } from '../nodes/connector.ts';
import type { Reached } from '../services/index.ts';
import { reasonOf } from '../webhook-client/index.ts';
import type { ForwardedApi } from './forwarded-apis.ts';

export interface ExtensionRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: OutgoingHttpHeaders;
  /** Sent at the pace of the one who reads it. */
  readonly body?: AsyncIterable<Uint8Array> | Uint8Array;
  /** Calls when nobody waits for the answer any more, or longer; answers how not to be called. */
  readonly onceOver: (f: (why?: Error) => void) => () => void;
}

/** So many connections wait at each server for the next request, one for each of those that come at once, and no longer than this. */
const mostIdle = 256;
const idleMs = 90_000;

interface Kept {
  readonly agent: Agent;
  readonly tls: ConnectionOptions;
  readonly of: Pick<ForwardedApi, 'ca' | 'insecure'>;
  readonly client: KeyPair | undefined;
}

/** The connections to those who serve APIs of others: they go on between requests as long as what makes them stays the same. */
export class ExtensionConnections {
  readonly #client: () => KeyPair | undefined;
  readonly #kept = new Map<string, Kept>();

  /** With what the API server shows who it is. */
  constructor(client: () => KeyPair | undefined) {
    this.#client = client;
  }

  /** Sends a request, and resolves with the head of its answer. One that waited may have been closed meanwhile: then another is made. */
  async send(api: ForwardedApi, to: Reached, what: ExtensionRequest): Promise<IncomingMessage> {
    for (;;) {
      const sent = this.#send(api, to, what);
      try {
        return await sent.answer;
      } catch (err) {
        if (!sent.wasClosedMeanwhile(err)) throw whyNot(err as DialFailure, to);
      }
    }
  }

  /** A connection of its own, on which HTTP/1.1 is spoken at first. */
  async connect(api: ForwardedApi, to: Reached, signal: AbortSignal): Promise<Duplex> {
    try {
      return await dialTls({ ...this.#of(api).tls, ...to }, signal);
    } catch (err) {
      throw whyNot(err as DialFailure, to);
    }
  }

  /** Closes those that wait, so that the next requests find out anew who is there. */
  closeIdle(name: string): void {
    const free = this.#kept.get(name)?.agent.freeSockets ?? {};
    for (const sockets of Object.values(free)) for (const socket of sockets ?? []) socket.destroy();
  }

  /** Lets go of what was kept for an API that is no more. */
  forget(name: string): void {
    this.#kept.get(name)?.agent.destroy();
    this.#kept.delete(name);
  }

  #of(api: ForwardedApi): Kept {
    const { name, service, ca, insecure } = api;
    const client = this.#client();
    const known = this.#kept.get(name);
    const servername = `${service.name}.${service.namespace}.svc`;
    const isSame =
      known?.client === client &&
      known?.of.ca === ca &&
      known?.of.insecure === insecure &&
      known.tls.servername === servername;
    if (known && isSame) return known;
    // Requests that are under way end on the connections that they have.
    this.closeIdle(name);
    const tls = { servername, ...(ca && { ca }), ...(insecure && { rejectUnauthorized: false }), ...client };
    const agent = new Agent({ ...tls, keepAlive: true, maxFreeSockets: mostIdle, timeout: idleMs, scheduling: 'lifo' });
    const made: Kept = { agent, tls, of: { ca, insecure }, client };
    this.#kept.set(name, made);
    return made;
  }

  #send(
    api: ForwardedApi,
    { host, port }: Reached,
    { method, path, headers, body, onceOver }: ExtensionRequest,
  ): { answer: Promise<IncomingMessage>; wasClosedMeanwhile: (err: unknown) => boolean } {
    const sent = request({ agent: this.#of(api).agent, method, host, port, path, headers });
    // A watch is silent for as long as nothing happens.
    sent.setTimeout(0);
    let isOver = false;
    const answer = new Promise<IncomingMessage>((resolve, reject) => {
      sent.once('response', resolve);
      sent.on('error', reject);
      const forget = onceOver((why) => {
        isOver = true;
        sent.destroy(why);
      });
      sent.once('close', () => {
        forget();
        // Whoever left hears nothing of it.
        reject(new Error('context canceled'));
      });
      if (body === undefined || body instanceof Uint8Array) sent.end(body);
      else void pour(body, sent);
    });
    const isWhole = body === undefined || body instanceof Uint8Array;
    return {
      answer,
      wasClosedMeanwhile: (err) =>
        isWhole && !isOver && sent.reusedSocket && (err as NodeJS.ErrnoException).code === 'ECONNRESET',
    };
  }
}

interface Sending {
  write(chunk: Uint8Array): boolean;
  end(): void;
  destroy(why?: Error): void;
  once(event: 'drain' | 'close', f: () => void): unknown;
  off(event: 'drain' | 'close', f: () => void): unknown;
  readonly destroyed: boolean;
}

/** Chunk by chunk, each when there is room for it. What is left when the other side is gone is left. */
async function pour(body: AsyncIterable<Uint8Array>, into: Sending): Promise<void> {
  try {
    for await (const chunk of body) {
      if (into.destroyed) return;
      if (!into.write(chunk)) await room(into);
    }
    into.end();
  } catch (err) {
    into.destroy(err as Error);
  }
}

const room = (into: Sending): Promise<void> =>
  new Promise((resolve) => {
    const done = () => {
      into.off('drain', done);
      into.off('close', done);
      resolve();
    };
    into.once('drain', done);
    into.once('close', done);
    if (into.destroyed) done();
  });

interface DialFailure extends Error {
  readonly code?: string;
  /** What was tried. */
  readonly address?: string;
  /** A name may stand for several addresses. */
  readonly errors?: readonly unknown[];
}

/** Why nobody was reached, in the words that people search for; with the address that was tried, as they come with it. */
function whyNot(err: DialFailure, to: Reached): Error {
  const first = (err.errors?.find((e) => e instanceof Error) ?? err) as DialFailure;
  const told = dialError(first, { host: first.address ?? to.host, port: to.port });
  return told === first ? new Error(reasonOf(first), { cause: err }) : told;
}
