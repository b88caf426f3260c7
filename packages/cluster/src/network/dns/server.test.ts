import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { Resolver as Judge } from 'node:dns/promises';
import { once } from 'node:events';
import { connect } from 'node:net';
import { test } from 'node:test';
import { nullLogger, Registry, seededRandom, systemClock, TaskGroup } from '@tiphys/sdk/runtime';
import { refusal, wireNameOf, writeAnswer, writeQuery } from './answer-writer.ts';
import { ClusterZone } from './cluster-zone.ts';
import type { DnsService } from './dns-service.ts';
import { Forwarder, type ForwarderConfig } from './forwarder.ts';
import { type Answer, classIN, type DnsRecord, type Query, recordTypes } from './message.ts';
import { dnsMetrics } from './metrics.ts';
import { outline, readQuery } from './query-reader.ts';
import { Resolver } from './resolver.ts';
import { serveDns } from './server.ts';
import { framed, frames } from './tcp-frames.ts';

/** The server under test, asked by Node's own resolver (c-ares), with upstreams that the test plays. */
async function aServer(tasks: TaskGroup, config: Partial<ForwarderConfig> = {}) {
  const zone = new ClusterZone({ domain: 'cluster.local', ttlSeconds: 30, clusterIP: '10.96.0.10' });
  zone.setNamespace('default', true);
  const put = (name: string, more: Partial<DnsService>) => {
    const empty = { clusterIPs: [], isHeadless: false, ports: [], endpoints: [] };
    zone.setService(`default/${name}`, { namespace: 'default', name, ...empty, ...more }, 1);
  };
  const shared = { clock: systemClock, random: seededRandom(1), log: nullLogger };
  const forwarder = new Forwarder({
    ...shared,
    config: {
      upstreams: [],
      resolvConf: '/nonexistent',
      own: [],
      timeoutMs: 200,
      maxKeepSeconds: 30,
      maxCachedAnswers: 10,
      maxConcurrent: 10,
      ...config,
    },
  });
  const metrics = dnsMetrics(new Registry());
  const resolver = new Resolver({ ...shared, zone, forwarder, metrics, maxKeepSeconds: 30 });
  const port = await new Promise<number>((onListening) => {
    const server = { resolver, log: nullLogger, config: { address: '127.0.0.1', port: 0 }, onListening };
    tasks.go((signal) => serveDns(server, signal));
  });
  const judge = new Judge({ timeout: 1000, tries: 1 });
  judge.setServers([`127.0.0.1:${port}`]);
  return { put, judge, port, forwarder, resolver };
}

/** An upstream on loopback that answers by the function; `asked` are the names it was asked for. */
async function anUpstream(tasks: TaskGroup, answer: (query: Query) => Answer | undefined) {
  const asked: string[] = [];
  const socket = createSocket('udp4', (message, from) => {
    const query = readQuery(message);
    asked.push(query.question.name);
    const says = answer(query);
    if (says) socket.send(writeAnswer(query, says, { limit: 1232 }), from.port, from.address);
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  tasks.signal.addEventListener('abort', () => socket.close(), { once: true });
  return { asked, upstream: { address: '127.0.0.1', port: socket.address().port } };
}

const says = (...answers: DnsRecord[]): Answer => ({ ...refusal('NOERROR'), answers });
const a = (name: string, address: string): DnsRecord => ({ name, ttl: 60, type: 'A', address });

test('names of the cluster, over UDP', async () => {
  await using tasks = new TaskGroup();
  const { put, judge } = await aServer(tasks);
  put('web', { clusterIPs: ['10.96.0.7'], ports: [{ name: 'http', protocol: 'tcp', port: 80 }] });
  assert.deepEqual(await judge.resolve4('WEB.default.svc.cluster.local', { ttl: true }), [
    { address: '10.96.0.7', ttl: 30 },
  ]);
  const [srv] = await judge.resolveSrv('_http._tcp.web.default.svc.cluster.local');
  assert.deepEqual([srv?.name, srv?.port, srv?.priority, srv?.weight], ['web.default.svc.cluster.local', 80, 0, 100]);
  assert.deepEqual(await judge.reverse('10.96.0.7'), ['web.default.svc.cluster.local']);
  await assert.rejects(judge.resolve4('nope.default.svc.cluster.local'), { code: 'ENOTFOUND' });
  await assert.rejects(judge.resolve6('web.default.svc.cluster.local'), { code: 'ENODATA' });
});

test('what doesn’t fit into a datagram is had over TCP', async () => {
  await using tasks = new TaskGroup();
  const { put, judge } = await aServer(tasks);
  const endpoints = Array.from({ length: 200 }, (_, i) => ({
    hostname: `db-${i}`,
    address: `10.244.0.${i}`,
    ports: [],
  }));
  put('db', { isHeadless: true, endpoints });
  const found = await judge.resolve4('db.default.svc.cluster.local');
  assert.equal(found.length, 200);
  assert.notDeepEqual(
    found,
    endpoints.map((e) => e.address),
    'addresses come in another order each time',
  );
});

test('several questions over one connection, in pieces', async () => {
  await using tasks = new TaskGroup();
  const { put, port } = await aServer(tasks);
  put('web', { clusterIPs: ['10.96.0.7'] });
  const socket = connect(port, '127.0.0.1');
  const question = framed(aQuestion('web.default.svc.cluster.local'));
  socket.write(question.subarray(0, 1));
  socket.write(Buffer.concat([question.subarray(1), question]));
  let answers = 0;
  for await (const message of frames(socket)) {
    assert.equal(outline(message).answers.length, 1);
    if (++answers === 2) break;
  }
});

test('what isn’t a question we answer', async () => {
  await using tasks = new TaskGroup();
  const { resolver } = await aServer(tasks);
  const answer = async (message: Uint8Array) => {
    const bytes = await resolver.answer(message, 'udp', tasks.signal);
    return bytes && bytes[3]! & 0xf;
  };
  const question = aQuestion('web.default.svc.cluster.local');
  const changed = (at: number, value: number) => question.map((byte, i) => (i === at ? value : byte));
  assert.equal(await answer(new Uint8Array(5)), undefined, 'too short');
  assert.equal(await answer(changed(2, 0x81)), undefined, 'an answer');
  assert.equal(await answer(changed(5, 2)), 1, 'two questions');
  assert.equal(await answer(changed(2, 0x29)), 4, 'not a query');
  assert.equal(await answer(aQuestion('cluster.local', recordTypes.AXFR)), 5, 'a zone transfer');
  const chaos = question.slice();
  chaos[chaos.length - 12] = 3;
  assert.equal(await answer(chaos), 5, 'another class');
});

test('other names are asked upstream, once while the answer may be kept', async () => {
  await using tasks = new TaskGroup();
  const { asked, upstream } = await anUpstream(tasks, () => says(a('example.com', '192.0.2.1')));
  const { judge } = await aServer(tasks, { upstreams: [upstream] });
  const [first, second] = [await judge.resolve4('example.com'), await judge.resolve4('Example.COM')];
  assert.deepEqual([first, second], [['192.0.2.1'], ['192.0.2.1']]);
  assert.deepEqual(asked, ['example.com']);
});

test('an upstream that is silent is passed over; with none left the server fails', async () => {
  await using tasks = new TaskGroup();
  const silent = await anUpstream(tasks, () => undefined);
  const fine = await anUpstream(tasks, () => says(a('example.com', '192.0.2.1')));
  const both = await aServer(tasks, { upstreams: [silent.upstream, fine.upstream] });
  for (const name of ['example.com', 'example.org', 'example.net']) {
    assert.deepEqual(await both.judge.resolve4(name), ['192.0.2.1']);
  }
  const none = await aServer(tasks, { upstreams: [silent.upstream] });
  await assert.rejects(none.judge.resolve4('example.com'), { code: 'ESERVFAIL' });
  const nobody = await aServer(tasks);
  await assert.rejects(nobody.judge.resolve4('example.com'), { code: 'ESERVFAIL' });
});

test('an external name is followed upstream and within the cluster', async () => {
  await using tasks = new TaskGroup();
  const { upstream } = await anUpstream(tasks, () => says(a('example.com', '192.0.2.1')));
  const { put, judge } = await aServer(tasks, { upstreams: [upstream] });
  put('out', { externalName: 'example.com' });
  put('alias', { externalName: 'web.default.svc.cluster.local' });
  put('web', { clusterIPs: ['10.96.0.7'] });
  put('circle', { externalName: 'circle.default.svc.cluster.local' });
  assert.deepEqual(await judge.resolve4('out.default.svc.cluster.local'), ['192.0.2.1']);
  assert.deepEqual(await judge.resolve4('alias.default.svc.cluster.local'), ['10.96.0.7']);
  assert.deepEqual(await judge.resolveCname('out.default.svc.cluster.local'), ['example.com']);
  assert.deepEqual(await judge.resolve4('circle.default.svc.cluster.local'), []);
});

test('an address that the cluster doesn’t know is asked upstream', async () => {
  await using tasks = new TaskGroup();
  const name = '1.2.0.192.in-addr.arpa';
  const { upstream } = await anUpstream(tasks, () => says({ name, ttl: 5, type: 'PTR', target: 'example.com' }));
  const { judge } = await aServer(tasks, { upstreams: [upstream] });
  assert.deepEqual(await judge.reverse('192.0.2.1'), ['example.com']);
});

test('an upstream that asks us back is found out and left alone', async () => {
  await using tasks = new TaskGroup();
  const upstreams: { address: string; port: number }[] = [];
  const { forwarder, port } = await aServer(tasks, { upstreams });
  upstreams.push({ address: '127.0.0.1', port });
  await forwarder.findLoops(tasks.signal);
  await assert.rejects(forwarder.ask(readQuery(aQuestion('example.com')), tasks.signal), /no upstream DNS server/);
});

function aQuestion(name: string, type: number = recordTypes.A): Uint8Array {
  const question = { name, wireName: wireNameOf(name), type, class: classIN };
  return writeQuery(1, { id: 1, opcode: 0, recursionDesired: true, checkingDisabled: false, question });
}
