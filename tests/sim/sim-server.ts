import { type Client, createClient } from '@tiphys/sdk/client';
import { type Logger, nullLogger, type Random } from '@tiphys/sdk/runtime';
import type { SimClock } from '@tiphys/sdk/testing';
import { ApiServer } from 'tiphys/apiserver';
import { MemoryBackend } from 'tiphys/store';

/** An API server in simulated time, without sockets, over a store that ends with it. */
export interface SimServer {
  readonly server: ApiServer;
  readonly store: MemoryBackend;
  /** A client of its own name, with every right. */
  client(name: string): Client;
  /** Resolves when the server has ended after the signal aborted. */
  readonly done: Promise<void>;
}

export async function simServer(
  { clock, random, log = nullLogger }: { clock: SimClock; random: Random; log?: Logger },
  signal: AbortSignal,
): Promise<SimServer> {
  const store = new MemoryBackend(clock);
  const server = new ApiServer({ store, clock, random: random.fork('apiserver'), log });
  await server.load(
    { filters: () => [], admission: () => [], endpoints: () => [], subresources: () => [], hooks: () => undefined },
    signal,
  );
  const done = server.run(signal);
  const client = (name: string) =>
    createClient(server.transport({ name, groups: ['system:masters'], extra: {} }), { fieldManager: name });
  return { server, store, client, done };
}
