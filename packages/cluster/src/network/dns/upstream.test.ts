import assert from 'node:assert/strict';
import { test } from 'node:test';
import { endpointSlice } from '@tiphys/sdk/api';
import { nullLogger, seededRandom, systemClock } from '@tiphys/sdk/runtime';
import { FakeClient } from '@tiphys/sdk/testing';
import { AnswerCache } from './answer-cache.ts';
import { dnsClusterIP, dnsObjects, publishDns } from './dns-objects.ts';
import type { ForwardedAnswer } from './forwarded-answer.ts';
import { Forwarder } from './forwarder.ts';
import { askUpstream, upstreamsOf } from './upstream.ts';

test('the servers of a resolv.conf', () => {
  const text =
    '# nameserver 192.0.2.9\nsearch example.com\nnameserver 192.0.2.1\n nameserver\t2001:db8::1 \nnameserver x\n';
  assert.deepEqual(upstreamsOf(text), [
    { address: '192.0.2.1', port: 53 },
    { address: '2001:db8::1', port: 53 },
  ]);
});

test('a server that is this one is not asked', async () => {
  const config = {
    upstreams: [{ address: '10.96.0.10', port: 53 }],
    resolvConf: '',
    own: [{ address: '10.96.0.10', port: 53 }],
    timeoutMs: 1,
    maxKeepSeconds: 1,
    maxCachedAnswers: 1,
    maxConcurrent: 1,
  };
  const forwarder = new Forwarder({ clock: systemClock, random: seededRandom(1), log: nullLogger, config });
  const question = { name: 'example.com', wireName: new Uint8Array(1), type: 1, class: 1 };
  const query = { id: 1, opcode: 0, recursionDesired: true, checkingDisabled: false, question };
  await assert.rejects(forwarder.ask(query, new AbortController().signal), /no upstream DNS server/);
});

test('a server that no way leads to refuses the question, and ends nothing else', async () => {
  const question = { name: '', wireName: new Uint8Array(1), type: 1, class: 1 };
  const query = { id: 1, opcode: 0, recursionDesired: true, checkingDisabled: false, question };
  const deps = { clock: systemClock, random: seededRandom(1), timeoutMs: 5000 };
  // Nobody may connect to all.
  const everybody = { address: '255.255.255.255', port: 53 };
  await assert.rejects(askUpstream(everybody, query, deps, new AbortController().signal), /E(ACCES|NETUNREACH)/);
});

test('kept answers age, end, and make room', () => {
  let now = 0;
  const cache = new AnswerCache({ clock: { ...systemClock, monotonic: () => now }, maxEntries: 2 });
  const answer = (keepSeconds: number): ForwardedAnswer => ({
    bytes: new Uint8Array(),
    rcode: 0,
    ttlAt: [],
    keepSeconds,
    links: [],
  });
  cache.set('a', answer(10));
  cache.set('b', answer(10));
  cache.set('never', answer(0));
  now = 4500;
  assert.equal(cache.get('a')?.ageSeconds, 4);
  cache.set('c', answer(10));
  assert.equal(cache.get('b'), undefined, 'the one that was longest unused went');
  now = 10_000;
  assert.equal(cache.get('a'), undefined);
  assert.equal(cache.size, 1);
});

test('where the DNS service is', () => {
  assert.equal(dnsClusterIP('10.96.0.0/12'), '10.96.0.10');
  assert.equal(dnsClusterIP('10.0.0.250/16'), '10.0.1.4');
  assert.equal(dnsClusterIP('fd00:10:96::/112'), 'fd00:10:96::a');
  const { service, slice } = dnsObjects({ clusterIP: '10.96.0.10', address: '192.0.2.1', port: 10053 });
  assert.equal(service.spec?.selector, undefined);
  assert.deepEqual(
    slice.ports?.map((p) => [p.name, p.port]),
    service.spec?.ports?.map((p) => [p.name, p.targetPort]),
  );
});

test('publishing the server again, elsewhere, moves its endpoint', async () => {
  const client = new FakeClient({ clock: systemClock, random: seededRandom(1) });
  const { signal } = new AbortController();
  const config = { clusterIP: '10.96.0.10', address: '192.0.2.1', port: 10053 };
  await publishDns(client, config, signal);
  await publishDns(client, { ...config, address: '192.0.2.2' }, signal);
  const { items } = await client.list(endpointSlice, { namespace: 'kube-system' });
  assert.deepEqual(
    items.map((slice) => slice.endpoints?.map((e) => e.addresses)),
    [[['192.0.2.2']]],
  );
});
