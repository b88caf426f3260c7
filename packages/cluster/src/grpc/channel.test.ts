import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Http2Server, type ServerHttp2Session, type ServerHttp2Stream } from 'node:http2';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, beforeEach, describe, it } from 'node:test';
import { systemClock } from '@tiphys/sdk/runtime';
import { Channel } from './channel.ts';
import { Connection, hasRpcCode, isUnavailable, list, message, rpc, RpcError, str } from './index.ts';

const words = message('Words', { words: [1, list(str)] });
const service = { package: 'test.v1', name: 'Talk', methods: { say: rpc('Say', words, words) } } as const;

const gotNowhere = (error: unknown): boolean =>
  isUnavailable(error) && (error as RpcError).description.startsWith('No connection established');

describe('a connection to a server', () => {
  const dir = mkdtempSync(join(tmpdir(), 'tiphys-channel-'));
  const path = join(dir, 'socket');
  const { signal } = new AbortController();
  let server: Http2Server;
  let sessions: ServerHttp2Session[];
  let answer: (stream: ServerHttp2Stream, body: Buffer) => void;
  let connection: Connection;
  const say = (...said: string[]) => connection.service(service).say({ words: said }, { signal });
  const listen = async () => {
    sessions = [];
    server = createServer();
    server.on('session', (s) => sessions.push(s));
    server.on('stream', (stream) => {
      const pieces: Buffer[] = [];
      stream.on('error', () => {});
      stream.on('data', (piece: Buffer) => pieces.push(piece));
      stream.on('end', () => answer(stream, Buffer.concat(pieces)));
    });
    server.listen(path);
    await once(server, 'listening');
  };
  const stop = async () => {
    for (const s of sessions) s.destroy();
    server.close();
    await once(server, 'close');
  };
  const echo = (stream: ServerHttp2Stream, body: Buffer) => {
    stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
    stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
    stream.end(body);
  };

  beforeEach(async () => {
    answer = echo;
    await listen();
    connection = new Connection(`unix:${path}`, { clock: systemClock, maxMessageBytes: 1000 });
  });
  afterEach(async () => {
    connection.close();
    await stop();
  });
  after(() => rmSync(dir, { recursive: true }));

  it('makes all calls over one session', async () => {
    const all = await Promise.all(Array.from({ length: 300 }, (_, i) => say(`w${i}`)));
    assert.deepEqual(
      all.map((a) => a.words[0]),
      Array.from({ length: 300 }, (_, i) => `w${i}`),
    );
    assert.equal(sessions.length, 1);
  });

  it('puts together what comes in pieces', async () => {
    answer = (stream, body) => {
      stream.respond({ ':status': 200 }, { waitForTrailers: true });
      stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
      const next = (i: number) => {
        if (i === body.length) return void stream.end();
        stream.write(body.subarray(i, i + 1), () => setImmediate(next, i + 1));
      };
      next(0);
    };
    assert.deepEqual((await say('piece', 'by', 'piece')).words, ['piece', 'by', 'piece']);
  });

  it('is there again after its server was away', async () => {
    await say('a');
    await stop();
    await assert.rejects(say('b'), gotNowhere);
    await listen();
    assert.deepEqual((await say('c')).words, ['c']);
  });

  it('makes the next calls elsewhere when the server wants no more, and hears those that it has', async () => {
    let held: (() => void) | undefined;
    answer = (stream, body) => {
      held = () => echo(stream, body);
    };
    const first = say('first');
    while (!held) await new Promise((resolve) => setImmediate(resolve));
    answer = echo;
    // As Go's servers do: whatever it has been sent it takes.
    sessions[0]!.goaway(0, 2 ** 31 - 1);
    while ((await say('next')) && sessions.length < 2);
    held();
    assert.deepEqual((await first).words, ['first']);
  });

  it('tells a call that may have been carried out from one that never got there', async () => {
    answer = (stream) => stream.session!.destroy();
    await assert.rejects(say('a'), (error) => isUnavailable(error) && !gotNowhere(error));
    answer = (stream) => stream.close(7);
    await assert.rejects(say('b'), gotNowhere);
  });

  const refusals: [what: string, headers: Record<string, string | number>, code: RpcError['code'], text: string][] = [
    [
      'a refusal alone',
      { ':status': 200, 'grpc-status': '5', 'grpc-message': 'no%20such%20w%C3%B6rd' },
      'NotFound',
      'no such wörd',
    ],
    [
      'a text that isn’t encoded',
      { ':status': 200, 'grpc-status': '9', 'grpc-message': '100% no' },
      'FailedPrecondition',
      '100% no',
    ],
    ['no gRPC at all', { ':status': 404 }, 'Unimplemented', 'unexpected HTTP status code received from server: 404'],
    [
      'a proxy without a server',
      { ':status': 503 },
      'Unavailable',
      'unexpected HTTP status code received from server: 503',
    ],
  ];
  for (const [what, headers, code, text] of refusals) {
    it(`is refused by ${what}`, async () => {
      answer = (stream) => stream.respond(headers, { endStream: true });
      await assert.rejects(say('a'), (error) => {
        assert.ok(hasRpcCode(error, code), String(error));
        assert.equal((error as RpcError).description, text);
        return true;
      });
    });
  }

  it('takes and sends no more than its limit', async () => {
    await assert.rejects(say('x'.repeat(1001)), (error) => hasRpcCode(error, 'ResourceExhausted'));
    answer = (stream, body) => echo(stream, Buffer.concat([Buffer.from([0, 0, 0, 4, 0]), body, Buffer.alloc(1024)]));
    await assert.rejects(
      say('a'),
      /rpc error: code = ResourceExhausted desc = Received message larger than max \(1024 vs. 1000\)/,
    );
  });

  it('makes something only of an answer that is one', async () => {
    answer = (stream) => echo(stream, Buffer.from([0, 0, 0, 0, 1, 0xff]));
    await assert.rejects(say('a'), (error) => hasRpcCode(error, 'Internal'));
    answer = (stream) => echo(stream, Buffer.alloc(0));
    await assert.rejects(say('a'), /an answer without a message/);
  });

  it('goes over to another session before one has no more numbers for calls', async () => {
    const channel = new Channel(`unix:${path}`, { clock: systemClock, mostCalls: 3 });
    const call = async () => {
      const { stream } = channel.open({ ':method': 'POST', ':path': '/' });
      stream.end().resume();
      await once(stream, 'close');
      assert.equal(stream.rstCode, 0);
    };
    for (let i = 0; i < 7; i++) await call();
    await Promise.all(Array.from({ length: 7 }, call));
    assert.equal(sessions.length, 5);
    channel.close();
  });
});
