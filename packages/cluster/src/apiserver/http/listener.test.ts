import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:http2';
import { connect as connectTls } from 'node:tls';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { systemClock, systemRandom } from '@tiphys/sdk/runtime';
import { Pki } from '../../pki/index.ts';
import type { ServerRequest } from '../context.ts';
import { listen } from './listener.ts';

for (const [sent, want] of [
  [
    'PURGE_ALL /a?b=c HTTP/1.1\r\nHost: x\r\nAuthorization:  Bearer t \r\n\r\n',
    /^HTTP\/1.1 200 OK[^]*PURGE_ALL \/a\?b=c Bearer t/,
  ],
  ['GET /a HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n', /^HTTP\/1.1 200 OK[^]*GET \/a undefined/],
  ['PURGE_ALL a HTTP/1.1\r\nHost: x\r\n\r\n', /^HTTP\/1.1 400 Bad Request\r\n/],
  ['PURGE_ALL /a HTTP/1.1\r\nno field\r\n\r\n', /^HTTP\/1.1 400 Bad Request\r\n/],
  ['PURGE(ALL /a HTTP/1.1\r\nHost: x\r\n\r\n', /^HTTP\/1.1 400 Bad Request\r\n/],
  ['\0\r\n\r\n', /^HTTP\/1.1 400 Bad Request\r\n/],
] as const) {
  test(`a request of HTTP/1.1 by any method is answered: ${JSON.stringify(sent.split('\r\n')[0])}`, async (t) => {
    const dir = mkdtempSync(join(tmpdir(), 'tiphys-listener-'));
    const pki = new Pki(dir, { clock: systemClock, random: systemRandom }, { serverNames: ['127.0.0.1'] });
    const handle = ({ method, path, headers }: ServerRequest) =>
      Promise.resolve({
        status: 200,
        headers: {},
        body: { type: 'bytes', pieces: [Buffer.from(`${method} ${path} ${String(headers['authorization'])}`)] },
      } as const);
    const server = await listen({ handle }, { clock: systemClock, port: 0, ...pki.apiserver, clientCa: pki.ca.cert });
    t.after(async () => {
      await server.close();
      rmSync(dir, { recursive: true });
    });
    const socket = connectTls({ port: server.port, host: '127.0.0.1', ca: pki.ca.cert, ALPNProtocols: ['http/1.1'] });
    socket.write(sent);
    let answer = '';
    for await (const piece of socket) answer += String(piece);
    assert.match(answer, want);
  });
}

test('what a server shows: by name, and something else once that is renewed', async (t) => {
  const dir = mkdtempSync(join(tmpdir(), 'tiphys-listener-'));
  const world = { clock: systemClock, random: systemRandom };
  const [first, second, named] = ['first', 'second', 'named'].map((name) => {
    const pki = new Pki(join(dir, name), world, { serverNames: [`${name}.example`, '127.0.0.1'] });
    return { ...pki.apiserver, clientCa: pki.ca.cert };
  }) as [Credentials, Credentials, Credentials];
  const handle = () => Promise.resolve({ status: 204, headers: {}, body: { type: 'none' } } as const);
  let moves = false;
  const server = await listen(
    { handle },
    {
      ...first,
      named: [{ ...named, names: ['*.b.example'] }],
      clock: systemClock,
      port: 0,
      minVersion: 'TLSv1.3',
      moveOn: () => moves,
    },
  );
  t.after(async () => {
    await server.close();
    rmSync(dir, { recursive: true });
  });
  const shownTo = async (servername: string, options: object = {}): Promise<string> => {
    const socket = connectTls({
      port: server.port,
      host: '127.0.0.1',
      servername,
      rejectUnauthorized: false,
      ...options,
    });
    await once(socket, 'secureConnect');
    const { subjectaltname = '' } = socket.getPeerCertificate();
    socket.destroy();
    return /DNS:([a-z]+)\.example/.exec(subjectaltname)?.[1] ?? subjectaltname;
  };
  assert.deepEqual([await shownTo('a.example'), await shownTo('x.b.example')], ['first', 'named']);
  await assert.rejects(shownTo('a.example', { maxVersion: 'TLSv1.2' }));
  server.renew(second);
  assert.equal(await shownTo('a.example'), 'second');
  await assert.rejects(shownTo('a.example', { maxVersion: 'TLSv1.2' }));

  // A client that is sent on finishes what it asked, and hears that it shall ask elsewhere.
  const client = connect(`https://127.0.0.1:${server.port}`, { ca: second.clientCa });
  const ask = async () => {
    const stream = client.request({ ':path': '/' });
    const [headers] = (await once(stream, 'response')) as [{ ':status': number }];
    return headers[':status'];
  };
  assert.equal(await ask(), 204);
  moves = true;
  const goaway = once(client, 'goaway');
  assert.equal(await ask(), 204);
  await goaway;
});

type Credentials = Pki['apiserver'] & { clientCa: string };
