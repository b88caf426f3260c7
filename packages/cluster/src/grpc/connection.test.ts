import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import * as grpc from '@grpc/grpc-js';
import { isAbort, systemClock } from '@tiphys/sdk/runtime';
import {
  bothStream,
  bytes,
  Connection,
  definitionOf,
  int64,
  isDeadlineExceeded,
  isRpcNotFound,
  isUnavailable,
  isUnimplemented,
  list,
  message,
  one,
  oneOf,
  rpc,
  RpcError,
  serverStream,
  str,
  strMap,
} from './index.ts';

const inner = message('Inner', { text: [1, str] });
const color = oneOf('Color', { RED: 0, BLUE: 1 });
const thing = message('Thing', {
  name: [1, str],
  size: [2, int64],
  labels: [3, strMap],
  inner: [4, one(inner)],
  numbers: [5, list(int64)],
  data: [6, bytes],
  color: [7, color],
});
const service = {
  package: 'test.v1',
  name: 'Things',
  methods: {
    echo: rpc('Echo', thing, thing),
    count: serverStream('Count', thing, thing),
    upper: bothStream('Upper', inner, inner),
    missing: rpc('Missing', thing, thing),
  },
} as const;

describe('a connection', () => {
  let dir: string;
  let server: grpc.Server;
  let connection: Connection;
  const { signal } = new AbortController();
  const things = () => connection.service(service);

  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'tiphys-grpc-'));
    server = new grpc.Server();
    server.addService(definitionOf(service), {
      Echo(call: grpc.ServerUnaryCall<{ name: string }, object>, answer: grpc.sendUnaryData<object>) {
        if (call.request.name === 'slow') return;
        if (call.request.name === 'gone') return answer({ code: grpc.status.NOT_FOUND, details: 'no such thing' });
        answer(null, call.request);
      },
      Count(call: grpc.ServerWritableStream<{ size: number }, object>) {
        for (let i = 0; i < call.request.size; i++) call.write({ size: i });
        if (call.request.size) call.end();
      },
      Upper(call: grpc.ServerDuplexStream<{ text: string }, object>) {
        call.on('data', ({ text }: { text: string }) => call.write({ text: text.toUpperCase() }));
        call.on('end', () => call.end());
      },
    });
    const address = `unix:${join(dir, 'socket')}`;
    await new Promise<void>((resolve, reject) =>
      server.bindAsync(address, grpc.ServerCredentials.createInsecure(), (err) => (err ? reject(err) : resolve())),
    );
    connection = new Connection(address, { clock: systemClock });
  });
  after(async () => {
    connection.close();
    server.forceShutdown();
    await rm(dir, { recursive: true, force: true });
  });

  it('gives back what was sent, and zero for what was not', async () => {
    const sent = { name: 'a', size: 2 ** 40, labels: { __proto__x: 'y' }, numbers: [1, -2], color: 'BLUE' } as const;
    const { data, inner: absent, ...rest } = await things().echo(sent, { signal });
    assert.deepEqual({ ...rest, labels: { ...rest.labels } }, sent);
    assert.equal(absent, null);
    assert.equal(data.length, 0);
    const nested = await things().echo({ inner: { text: 'x' }, data: Buffer.from([0, 255]) }, { signal });
    assert.equal(nested.inner?.text, 'x');
    assert.deepEqual([...nested.data], [0, 255]);
    assert.equal(nested.color, 'RED');
  });

  it('rejects as the other side refuses', async () => {
    await assert.rejects(things().echo({ name: 'gone' }, { signal }), (err) => {
      assert.ok(isRpcNotFound(err) && err instanceof RpcError);
      assert.equal(err.message, 'rpc error: code = NotFound desc = no such thing');
      return true;
    });
    await assert.rejects(things().missing({}, { signal }), isUnimplemented);
    await assert.rejects(things().echo({ name: 'slow' }, { signal, timeoutMs: 50 }), isDeadlineExceeded);
  });

  it('gives up when the caller does', async () => {
    const stop = new AbortController();
    const call = things().echo({ name: 'slow' }, { signal: stop.signal });
    stop.abort();
    await assert.rejects(call, isAbort);
    await assert.rejects(things().echo({}, { signal: stop.signal }), isAbort);
  });

  it('streams answers', async () => {
    const sizes: number[] = [];
    for await (const { size } of things().count({ size: 3 }, { signal })) sizes.push(size);
    assert.deepEqual(sizes, [0, 1, 2]);
    const stop = new AbortController();
    const endless = things().count({ size: 0 }, { signal: stop.signal })[Symbol.asyncIterator]().next();
    stop.abort();
    await assert.rejects(endless, isAbort);
  });

  it('talks both ways', async () => {
    async function* words() {
      yield { text: 'a' };
      yield { text: 'b' };
    }
    const heard: string[] = [];
    for await (const { text } of things().upper(words(), { signal })) heard.push(text);
    assert.deepEqual(heard, ['A', 'B']);
  });

  it('says that nobody is there', async () => {
    const nobody = new Connection(`unix:${join(dir, 'nobody')}`, { clock: systemClock });
    await assert.rejects(nobody.service(service).echo({}, { signal }), isUnavailable);
    nobody.close();
  });
});
