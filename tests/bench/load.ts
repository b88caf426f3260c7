import { type ClientHttp2Session, type ClientHttp2Stream, connect } from 'node:http2';

export interface Answer {
  readonly status: number;
  readonly bytes: number;
  readonly text: string;
}

export interface Timing {
  readonly rate: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly count: number;
}

/** A load client over a few HTTP/2 connections. Certificates aren't checked: it talks to servers that we have just started. */
export class LoadClient {
  readonly #sessions: readonly ClientHttp2Session[];
  readonly #headers: Readonly<Record<string, string>>;
  #next = 0;

  constructor(
    url: string,
    {
      token,
      connections = 4,
      headers,
    }: { token?: string; connections?: number; headers?: Record<string, string> } = {},
  ) {
    // What goes wrong with a connection is told by its requests.
    this.#sessions = Array.from({ length: connections }, () =>
      connect(url, { rejectUnauthorized: false }).on('error', () => {}),
    );
    this.#headers = headers ?? {
      accept: 'application/json',
      'content-type': 'application/json',
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
    };
  }

  /** `open`: more of the body may follow. */
  stream(
    method: string,
    path: string,
    { body, open = false }: { body?: string | Buffer; open?: boolean } = {},
  ): ClientHttp2Stream {
    const session = this.#sessions[this.#next++ % this.#sessions.length]!;
    const stream = session.request({
      ':method': method,
      ':path': path,
      ...this.#headers,
    });
    if (open) stream.write(body);
    else stream.end(body);
    return stream;
  }

  /** `keep`: the text too, not only its length. */
  request(
    method: string,
    path: string,
    { body, keep = false }: { body?: string | Buffer; keep?: boolean } = {},
  ): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const stream = this.stream(method, path, body === undefined ? {} : { body });
      let status = 0;
      let bytes = 0;
      const chunks: Buffer[] = [];
      stream.on('response', (headers) => (status = Number(headers[':status'])));
      stream.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        if (keep) chunks.push(chunk);
      });
      stream.on('end', () => resolve({ status, bytes, text: Buffer.concat(chunks).toString() }));
      stream.on('error', reject);
    });
  }

  close(): void {
    for (const s of this.#sessions) s.destroy();
  }
}

/** `clients` at a time call `operation` with 0, 1, 2… until `count` are done. Every answer must be what `expect` says. */
export async function drive(
  { clients, count, expect }: { clients: number; count: number; expect: number },
  operation: (i: number) => Promise<Answer>,
): Promise<Timing> {
  const times: number[] = [];
  let next = 0;
  const start = performance.now();
  await Promise.all(
    Array.from({ length: clients }, async () => {
      while (next < count) {
        const i = next++;
        const begun = performance.now();
        const { status, text } = await operation(i);
        if (status !== expect) throw new Error(`operation ${i} was answered ${status} instead of ${expect}: ${text}`);
        times.push(performance.now() - begun);
      }
    }),
  );
  const seconds = (performance.now() - start) / 1000;
  return { rate: count / seconds, ...percentiles(times), count };
}

export function percentiles(times: readonly number[]): { p50Ms: number; p99Ms: number } {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
  return { p50Ms: at(0.5), p99Ms: at(0.99) };
}
