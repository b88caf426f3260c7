import { type ClientHttp2Session, type ClientHttp2Stream, connect, type OutgoingHttpHeaders } from 'node:http2';
import { connect as connectSocket } from 'node:net';
import type { Clock } from '@tiphys/sdk/runtime';

/** PEM. */
export interface ChannelTls {
  /** The authorities that sign the server's certificate; the system's when left out. */
  readonly ca?: Uint8Array;
  /** Who we are. */
  readonly cert?: Uint8Array;
  readonly key?: Uint8Array;
}

/** As long as somebody tries to reach a server that says nothing. */
const connectTimeoutMs = 20_000;
/** What a server may send before it hears that it was read: of one call, and of all together. */
const [callWindow, channelWindow] = [4 * 2 ** 20, 16 * 2 ** 20];
/** A session has numbers for 2^30 calls: as many as a busy server makes in days. */
const callsOfSession = 2 ** 29;

/** One HTTP/2 session for all calls to a server: made when it is first needed, and anew after it was lost. */
export class Channel {
  readonly #address: string;
  readonly #tls: ChannelTls | undefined;
  readonly #clock: Clock;
  readonly #mostCalls: number;
  #line: Line | undefined;

  /** `address`: `unix:/path` or `host:port`. */
  constructor(
    address: string,
    { tls, clock, mostCalls = callsOfSession }: { tls?: ChannelTls; clock: Clock; mostCalls?: number },
  ) {
    this.#address = address;
    this.#tls = tls;
    this.#clock = clock;
    this.#mostCalls = mostCalls;
  }

  /** Begins a call. It waits for the session that it is the first of; what becomes of that it hears as its own failure. */
  open(headers: OutgoingHttpHeaders): { readonly stream: ClientHttp2Stream; readonly line: Line } {
    const line = this.#usable();
    const stream = line.session.request(headers);
    line.calls++;
    line.open++;
    stream.once('close', () => {
      line.open--;
      if (this.#line !== line) leave(line);
    });
    if (line.calls >= this.#mostCalls) this.close();
    return { stream, line };
  }

  /** Calls that are under way come to their end; more are made over another session. */
  close(): void {
    const line = this.#line;
    this.#line = undefined;
    if (line) leave(line);
  }

  #usable(): Line {
    const { session } = this.#line ?? {};
    if (session && !session.closed && !session.destroyed) return this.#line!;
    return (this.#line = this.#connect());
  }

  #connect(): Line {
    const isSocket = this.#address.startsWith('unix:');
    // The path of a socket is no host name that Go's server would take.
    const authority = isSocket ? 'localhost' : this.#address;
    const pem = (bytes: Uint8Array | undefined) => bytes && Buffer.from(bytes);
    const { ca, cert, key } = this.#tls ?? {};
    const session = connect(`${this.#tls ? 'https' : 'http'}://${authority}`, {
      settings: { enablePush: false, initialWindowSize: callWindow },
      // Large answers are many writes at once, and none of them is anybody's fault.
      maxSessionMemory: Number.MAX_SAFE_INTEGER,
      ...(isSocket && { createConnection: () => connectSocket(this.#address.slice('unix:'.length)) }),
      ...(this.#tls && { ca: pem(ca), cert: pem(cert), key: pem(key) }),
    });
    const line: Line = { session, calls: 0, open: 0, isUp: false, error: undefined };
    const giveUp = this.#clock.after(connectTimeoutMs, () => session.destroy(new Error('connect timed out')));
    session.on('connect', () => {
      giveUp();
      line.isUp = true;
      session.setLocalWindowSize(channelWindow);
    });
    // Whoever has a call hears of it there.
    session.on('error', (error) => (line.error = error));
    // The server wants no more calls; those that it has taken it finishes.
    session.on('goaway', () => this.#forget(line));
    session.on('close', () => {
      giveUp();
      this.#forget(line);
    });
    return line;
  }

  #forget(line: Line): void {
    if (this.#line === line) this.#line = undefined;
  }
}

/** Ends a session that is no longer used. Not before its calls: the word for it overtakes them, and the server refuses them. */
function leave({ session, open, isUp }: Line): void {
  if (open) return;
  if (isUp) session.close();
  else session.destroy();
}

/** A session, and what has become of it. */
export interface Line {
  readonly session: ClientHttp2Session;
  /** How many have begun. */
  calls: number;
  /** How many are under way. */
  open: number;
  /** It came about, so that calls may have reached the server. */
  isUp: boolean;
  error: Error | undefined;
}
