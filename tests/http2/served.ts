import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { Broadcast, seededRandom, systemClock, systemRandom } from '@tiphys/sdk/runtime';
import {
  type Body,
  listen,
  type Listening,
  type ListenOptions,
  type Served,
  type ServerRequest,
  type ServerResponse,
} from 'tiphys/apiserver';
import { Pki } from 'tiphys/pki';
import { RawClient, type RawClientOptions } from './raw-client.ts';

/** Every answer's bytes are a piece of this. */
const pattern = Buffer.from(seededRandom('bodies').bytes(65_521));

/** What `/bytes/N`, `/chunks/N` and `/pushed/N` answer. */
export function bodyOf(size: number): Buffer {
  const body = Buffer.alloc(size);
  for (let at = 0; at < size; at += pattern.length) pattern.copy(body, at);
  return body;
}

const pieceBytes = 10_000;

/** So many bytes in pieces that fit no frame. */
function* piecesOf(size: number): Generator<Buffer> {
  for (let at = 0; at < size;) {
    const from = at % pattern.length;
    const piece = pattern.subarray(from, Math.min(from + pieceBytes, from + size - at));
    at += piece.length;
    yield piece;
  }
}

/** The same with nothing before and behind each piece. */
function* choppy(pieces: Iterable<Buffer>): Generator<Buffer> {
  for (const piece of pieces) {
    yield Buffer.alloc(0);
    yield piece;
    yield Buffer.alloc(0);
  }
}

/**
 * Something to ask in all the ways that matter to whoever carries it. By path: `/echo` sends back what was sent, `/seen` says what
 * arrived, `/bytes/N` (once it has read what was sent), `/chunks/N` and `/pushed/N` send so many bytes in the three forms that a
 * body has, `/choppy/N` with empty chunks in between, `/status/N` sends none, `/heads/N` none but a header as long, `/watch` sends what is told until its client goes,
 * `/held` waits for `release` or its client's leaving, `/busy` for `release` alone, `/early` answers without having read what was
 * sent.
 */
export class TestServed implements Served {
  running = 0;
  mostRunning = 0;
  /** How many have been asked in all. */
  asked = 0;
  watching = 0;
  /** By path: how many bytes whoever writes answers has taken. */
  readonly taken = new Map<string, number>();
  readonly changed = new Broadcast();
  readonly #events = new Set<(event: Buffer) => void>();
  #released = false;

  async handle(request: ServerRequest): Promise<ServerResponse> {
    this.asked++;
    this.mostRunning = Math.max(this.mostRunning, ++this.running);
    this.changed.notify();
    try {
      return await this.#answer(request);
    } catch (err) {
      const { code = 500 } = err as { code?: unknown };
      return { status: typeof code === 'number' ? code : 500, headers: {}, body: bytes([Buffer.from(String(err))]) };
    } finally {
      this.running--;
      this.changed.notify();
    }
  }

  /** To everybody who watches. */
  tell(event: string | Buffer): void {
    for (const take of this.#events) take(Buffer.from(event));
  }

  /** Those who are held, and will be, are answered. */
  release(): void {
    this.#released = true;
    this.changed.notify();
  }

  async until(claim: () => boolean): Promise<void> {
    const never = new AbortController().signal;
    while (!claim()) await this.changed.next(never);
  }

  async #answer(request: ServerRequest): Promise<ServerResponse> {
    const [, kind = '', argument = ''] = request.path.split('?')[0]!.split('/');
    const size = Number(argument);
    const ok = (body: Body): ServerResponse => ({ status: 200, headers: { 'content-type': 'text/plain' }, body });
    switch (kind) {
      case 'echo':
        return ok(bytes([(await request.body()) as Uint8Array]));
      case 'seen': {
        const { method, path, headers } = request;
        return ok(bytes([Buffer.from(JSON.stringify({ method, path, headers }))]));
      }
      case 'bytes':
        await request.body();
        // Somebody may go through them to know their length, too.
        return ok(bytes({ [Symbol.iterator]: () => this.#counted(request.path, piecesOf(size)) }));
      case 'chunks':
        return ok({ type: 'stream', chunks: chunks(this.#counted(request.path, piecesOf(size))) });
      case 'choppy':
        return ok({ type: 'stream', chunks: chunks(this.#counted(request.path, choppy(piecesOf(size)))) });
      case 'pushed':
        return ok(this.#pushed(this.#counted(request.path, piecesOf(size))));
      case 'status':
        return { status: size, headers: {}, body: { type: 'none' } };
      case 'heads':
        return { status: 200, headers: { 'x-large': 'x'.repeat(size) }, body: { type: 'none' } };
      case 'watch':
        return ok(this.#watch(request));
      case 'held':
        await this.#releasedOr(request.signal);
        return ok(bytes([Buffer.from('at last')]));
      case 'busy':
        await this.#releasedOr(new AbortController().signal);
        return ok(bytes([Buffer.from('at last')]));
      case 'early':
        return ok(bytes([Buffer.from('no need to read that')]));
      default:
        return { status: 404, headers: {}, body: { type: 'none' } };
    }
  }

  async #releasedOr(signal: AbortSignal): Promise<void> {
    while (!this.#released && !signal.aborted) await this.changed.next(signal);
  }

  *#counted(path: string, pieces: Iterable<Buffer>): Generator<Buffer> {
    for (const piece of pieces) {
      this.#count(path, piece.length);
      yield piece;
    }
  }

  #count(path: string, bytes: number): void {
    this.taken.set(path, (this.taken.get(path) ?? 0) + bytes);
    this.changed.notify();
  }

  #pushed(pieces: Generator<Buffer>): Body {
    return {
      type: 'stream',
      chunks: chunks(pieces),
      push(into) {
        const more = () => {
          for (let next = pieces.next(); !next.done; next = pieces.next()) {
            if (!into.write(next.value)) return into.onceRoom(more);
          }
          into.end();
        };
        more();
      },
    };
  }

  /** Events are for who has room for them; whoever hasn't is let wait until it has, for the next. */
  #watch(request: ServerRequest): Body {
    return {
      type: 'stream',
      chunks: chunks([]),
      push: (into) => {
        let hasRoom = true;
        const take = (event: Buffer) => {
          if (!hasRoom) return;
          this.#count(request.path, event.length);
          hasRoom = into.write(event);
          if (!hasRoom) into.onceRoom(() => (hasRoom = true));
        };
        this.#events.add(take);
        this.watching++;
        this.changed.notify();
        request.onceOver!(() => {
          this.#events.delete(take);
          this.watching--;
          this.changed.notify();
          into.end();
        });
      },
    };
  }
}

const bytes = (pieces: Iterable<Uint8Array>): Body => ({ type: 'bytes', pieces });

async function* chunks(pieces: Iterable<Buffer>): AsyncGenerator<Buffer> {
  for (const piece of pieces) {
    await systemClock.yield();
    yield piece;
  }
}

export interface TestListener {
  readonly served: TestServed;
  readonly server: Listening;
  readonly port: number;
  readonly ca: string;
  readonly pki: Pki;
  /** A client that is gone with the test. */
  client(options?: Omit<RawClientOptions, 'port'>): Promise<RawClient>;
}

/** The API server's listener before something simple to serve, for as long as a test takes. */
export async function startListener(t: TestContext, options: Partial<ListenOptions> = {}): Promise<TestListener> {
  const dir = mkdtempSync(join(tmpdir(), 'tiphys-http2-'));
  const pki = new Pki(dir, { clock: systemClock, random: systemRandom }, { serverNames: ['127.0.0.1', 'localhost'] });
  const served = new TestServed();
  const server = await listen(served, {
    clock: systemClock,
    port: 0,
    ...pki.apiserver,
    clientCa: pki.ca.cert,
    compresses: false,
    ...options,
  });
  const clients: RawClient[] = [];
  t.after(async () => {
    served.release();
    for (const client of clients) client.destroy();
    await server.close();
    rmSync(dir, { recursive: true });
  });
  return {
    served,
    server,
    port: server.port,
    ca: pki.ca.cert,
    pki,
    async client(o = {}) {
      const client = await RawClient.connect({ port: server.port, ...o });
      clients.push(client);
      return client;
    },
  };
}
