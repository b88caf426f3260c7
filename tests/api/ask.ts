import { configMap, namespace } from '@tiphys/sdk/api';
import type { Client } from '@tiphys/sdk/client';
import { seededRandom } from '@tiphys/sdk/runtime';
import { SimClock } from '@tiphys/sdk/testing';
import type { ApiServer, ServerResponse } from 'tiphys/apiserver';
import { type SimServer, simServer } from '../sim/sim-server.ts';

export interface Answer {
  readonly status: number;
  readonly headers: ServerResponse['headers'];
  // Tests look into answers as they please.
  // oxlint-disable-next-line typescript/no-explicit-any
  readonly json: any;
  readonly text: string;
}

export interface Question {
  /** A value is sent as JSON, text and bytes as they are. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Lab {
  readonly clock: SimClock;
  readonly server: ApiServer;
  readonly store: SimServer['store'];
  readonly client: Client;
  /** A request as it comes from a socket, answered in bytes. */
  readonly ask: (method: string, path: string, question?: Question) => Promise<Answer>;
  /** The lines of a watch as they come. */
  readonly watch: (path: string, signal?: AbortSignal) => Promise<AsyncIterator<Frame>>;
  close(): Promise<void>;
}

export interface Frame {
  readonly type: string;
  // oxlint-disable-next-line typescript/no-explicit-any
  readonly object: any;
}

const user = { name: 'tester', groups: ['system:masters'], extra: {} };

/** An API server in simulated time with a namespace `lab`, and somebody who asks it. */
export async function aLab(): Promise<Lab> {
  const clock = new SimClock();
  const stop = new AbortController();
  const sim = await simServer({ clock, random: seededRandom(7) }, stop.signal);
  const { server, store, done } = sim;
  const client = sim.client('lab');
  await client.create(namespace, { metadata: { name: 'lab' } });
  const handle = (method: string, path: string, { body, headers = {} }: Question, signal: AbortSignal) =>
    server.handle({
      method,
      path,
      headers,
      user,
      objects: false,
      signal,
      body: () => Promise.resolve(bytesOf(body)),
    });
  return {
    clock,
    server,
    store,
    client,
    ask: async (method, path, question = {}) => {
      const { status, headers, body } = await handle(method, path, question, new AbortController().signal);
      const text = body.type === 'bytes' ? Buffer.concat([...body.pieces]).toString() : '';
      const isJson = String(headers['content-type'] ?? '').startsWith('application/json');
      return { status, headers, text, json: isJson && text ? JSON.parse(text) : undefined };
    },
    watch: async (path, signal = new AbortController().signal) => {
      const { body } = await handle('GET', path, {}, signal);
      if (body.type !== 'stream') throw new Error(`not a watch: ${body.type}`);
      return framesOf(body.chunks);
    },
    async close() {
      stop.abort();
      await done;
    },
  };
}

function bytesOf(body: unknown): Uint8Array | undefined {
  if (body === undefined || body instanceof Uint8Array) return body;
  return Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
}

async function* framesOf(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Frame> {
  for await (const chunk of chunks) {
    for (const line of Buffer.from(chunk).toString().split('\n')) if (line) yield JSON.parse(line) as Frame;
  }
}

export const configMaps = '/api/v1/namespaces/lab/configmaps';

/** A ConfigMap's manifest. */
export const aMap = (name: string, rest: object = {}) => ({
  apiVersion: configMap.apiVersion,
  kind: configMap.kind,
  metadata: { name },
  ...rest,
});

export async function within<T>(use: (lab: Lab) => Promise<T>): Promise<T> {
  const lab = await aLab();
  try {
    return await use(lab);
  } finally {
    await lab.close();
  }
}
