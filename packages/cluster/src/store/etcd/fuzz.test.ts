import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fuzz, fuzzOptions, refusedLaterBy, SimClock } from '@tiphys/sdk/testing';
import { definitionOf, RpcError, type Service } from '../../grpc/index.ts';
import { MemoryBackend } from '../memory-backend.ts';
import { responseHeader as header } from './header.ts';
import { clusterService, kvService, leaseService, maintenanceService, watchService } from './messages.ts';
import { serveKv } from './serve-kv.ts';
import { serveLease } from './serve-lease.ts';
import { serveCluster, serveMaintenance } from './serve-maintenance.ts';
import { serveWatch } from './serve-watch.ts';

type Handler = (request: unknown, signal: AbortSignal) => Promise<object> & AsyncIterable<object>;
/** Answers so many responses of a stream; watches have no end of their own. */
const mostResponses = 3;

function callsOf(service: Service, handlers: object) {
  return Object.entries(service.methods).map(([name, method]) => {
    const { requestDeserialize: read, responseSerialize: write } = definitionOf(service)[method.name]!;
    const handler = (handlers as Record<string, Handler>)[name]!;
    return { streams: method.streams, read: (bytes: Buffer) => read(bytes) as unknown, write, handler };
  });
}

/** A client's messages of one stream. */
async function* requestsOf(requests: readonly unknown[]): AsyncGenerator<unknown> {
  yield* requests;
}

const tag = (number: number, type: 0 | 2) => String.fromCharCode(number * 8 + type);
const words = [
  ...Array.from({ length: 8 }, (_, i) => tag(i + 1, 0) + '\x01'),
  ...Array.from({ length: 5 }, (_, i) => tag(i + 1, 2) + '\x02/a'),
  ...Array.from({ length: 3 }, (_, i) => tag(i + 1, 2) + '\x06'),
  '\x0a\x02/a\x12\x02/b',
  '\x18\x7f',
  '\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01',
];

test('whatever is asked of the served etcd is answered, or refused with a code of gRPC’s', async () => {
  const clock = new SimClock();
  const facts = { clientUrls: [], sizeBytes: () => 0 };
  const check = async (input: Buffer) => {
    const store = new MemoryBackend(clock);
    await store.txn({ compare: [], success: [{ op: 'put', key: '/a', value: Buffer.from('1'), lease: 0 }] });
    const calls = [
      ...callsOf(kvService, serveKv(store, header)),
      ...callsOf(leaseService, serveLease(store, header)),
      ...callsOf(watchService, serveWatch(store, { clock, header })),
      ...callsOf(maintenanceService, serveMaintenance(store, { header, facts })),
      ...callsOf(clusterService, serveCluster(store, { header, facts })),
    ];
    const { streams, read, write, handler } = calls[(input[0] ?? 0) % calls.length]!;
    const middle = 1 + (input.length >> 1);
    const requests = [input.subarray(1, middle), input.subarray(middle)].flatMap((bytes) => {
      try {
        return [read(bytes)];
      } catch {
        // What is no message ends the call before it gets here.
        return [];
      }
    });
    const gone = new AbortController();
    for (const request of streams === 'both' ? [requestsOf(requests)] : requests) {
      await refusedLaterBy([RpcError], async () => {
        if (streams === 'none') return assert.ok(write(await handler(request, gone.signal)));
        let left = mostResponses;
        const timer = setTimeout(() => gone.abort(), 5);
        for await (const response of handler(request, gone.signal)) {
          assert.ok(write(response));
          if (!--left) break;
        }
        clearTimeout(timer);
      });
    }
    gone.abort();
    await store.close();
  };
  const corpus = new URL('../../../src/store/etcd/corpus/requests.txt', import.meta.url);
  await fuzz({ corpus, words, check }, fuzzOptions(process.env));
});
