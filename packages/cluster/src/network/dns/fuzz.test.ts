import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nullLogger, Registry, seededRandom } from '@tiphys/sdk/runtime';
import { fuzz, fuzzOptions, refusedBy, SimClock } from '@tiphys/sdk/testing';
import { ClusterZone } from './cluster-zone.ts';
import { Forwarder } from './forwarder.ts';
import { readForwarded, writeForwarded } from './forwarded-answer.ts';
import { dnsMetrics } from './metrics.ts';
import { MalformedMessageError, outline, readQuery } from './query-reader.ts';
import { Resolver } from './resolver.ts';
import { frames } from './tcp-frames.ts';

const options = fuzzOptions(process.env);
const corpus = (name: string): URL => new URL(`../../../src/network/dns/corpus/${name}.txt`, import.meta.url);
const words = ['\x03web', '\x07default', '\x03svc', '\x07cluster\x05local', '\0', '\xc0\x0c', '\0\x01\0\x01', '\0\x1c'];
const header = '\x12\x34\x01\0\0\x01\0\0\0\0\0\0';

test('whatever is asked gets an answer that can be read, with its id and no longer than may be, or none', () => {
  const shared = { clock: new SimClock(), random: seededRandom(1), log: nullLogger };
  const zone = new ClusterZone({ domain: 'cluster.local', ttlSeconds: 30, clusterIP: '10.96.0.10' });
  zone.setNamespace('default', true);
  const service = { namespace: 'default', name: 'web', isHeadless: false, ports: [], endpoints: [] };
  zone.setService('default/web', { ...service, clusterIPs: ['10.0.0.1', 'fd00::1'] }, 1);
  const config = { upstreams: [], resolvConf: '/nonexistent', own: [], timeoutMs: 1, maxKeepSeconds: 30 };
  const forwarder = new Forwarder({ ...shared, config: { ...config, maxCachedAnswers: 10, maxConcurrent: 10 } });
  const metrics = dnsMetrics(new Registry());
  const resolver = new Resolver({ ...shared, zone, forwarder, metrics, maxKeepSeconds: 30 });
  const { signal } = new AbortController();
  const check = async (input: Buffer) => {
    for await (const message of frames([input, input] as unknown as AsyncIterable<Uint8Array>)) void message;
    for (const message of [input, Buffer.concat([Buffer.from(header, 'latin1'), input])]) {
      const answer = await resolver.answer(message, 'udp', signal);
      if (!answer) continue;
      assert.deepEqual([...answer.subarray(0, 2)], [...message.subarray(0, 2)]);
      assert.ok(answer[2]! & 0x80 && answer.length <= 1232);
      if (answer.length > 12) outline(answer);
    }
  };
  return fuzz(
    { corpus: corpus('questions'), words: [...words, header, '\0\0\x29\x04\xd0\0\0\0\0\0\0'], check },
    options,
  );
});

test('whatever an upstream answers is passed on so that it can be read, or refused', () => {
  const query = readQuery(Buffer.from(`${header}\x03web\0\0\x01\0\x01`, 'latin1'));
  const check = (input: Buffer) => {
    refusedBy([MalformedMessageError], () => {
      const answer = readForwarded(input, { maxKeepSeconds: 30 });
      if (!input.subarray(12, 12 + query.question.wireName.length).equals(query.question.wireName)) return;
      for (const limit of [512, 65_535]) {
        const passed = writeForwarded(query, answer, { limit, ageSeconds: 5, maxKeepSeconds: 30 });
        assert.ok(passed.length <= Math.max(limit, 512));
        outline(passed);
      }
    });
  };
  return fuzz({ corpus: corpus('answers'), words: [...words, header], check }, options);
});
