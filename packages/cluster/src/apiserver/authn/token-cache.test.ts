import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Registry } from '@tiphys/sdk/runtime';
import { SimClock } from '@tiphys/sdk/testing';
import { BadCredentials, type Known } from './known.ts';
import { TokenCache, TokenCacheMetrics } from './token-cache.ts';

const us = ['us'];

function cache({ successMs = 10_000, failureMs = 0 } = {}) {
  const clock = new SimClock();
  const registry = new Registry();
  let asked = 0;
  const { knows: tokens, remembered } = new TokenCache(
    (token, audiences) => {
      asked++;
      if (token === 'bad') return Promise.reject(new BadCredentials('it is bad'));
      const known: Known | undefined =
        token === 'none' ? undefined : { user: { name: token, groups: [], extra: {} }, audiences };
      return Promise.resolve(known);
    },
    { clock, metrics: new TokenCacheMetrics(registry), successMs, failureMs },
  );
  return { clock, registry, tokens, remembered, asked: () => asked };
}

test('who a token stands for is remembered for a while, and then known at once', async () => {
  const { clock, tokens, asked } = cache();
  const first = await tokens('ada', us);
  assert.equal(first?.user.name, 'ada');
  await clock.advance(9_999);
  assert.equal(tokens('ada', us), first);
  await clock.advance(1);
  assert.deepEqual(await tokens('ada', us), first);
  assert.equal(asked(), 2);
});

test('what is remembered can be had without asking', async () => {
  const { clock, tokens, remembered, asked } = cache({ failureMs: 1000 });
  assert.equal(remembered('ada', us), undefined);
  const known = await tokens('ada', us);
  await tokens('none', us);
  assert.deepEqual([remembered('ada', us), remembered('none', us)], [known, undefined]);
  await clock.advance(10_000);
  assert.equal(remembered('ada', us), undefined);
  assert.equal(asked(), 2);
});

test('others’ tokens and other audiences are other questions', async () => {
  const { tokens, asked } = cache();
  for (const audiences of [['a', 'b'], ['ab'], ['a'], []]) {
    assert.deepEqual((await tokens('ada', audiences))?.audiences, audiences);
  }
  await tokens('bob', us);
  assert.equal(asked(), 5);
});

test('those who ask at once share an answer', async () => {
  const { tokens, asked } = cache();
  await Promise.all([tokens('ada', us), tokens('ada', us), tokens('ada', us)]);
  assert.equal(asked(), 1);
});

test('that nobody knows a token is remembered where that is wanted, what went wrong never', async () => {
  const [plain, remembering] = [cache(), cache({ failureMs: 1000 })];
  for (const { tokens } of [plain, remembering]) {
    for (let i = 0; i < 2; i++) {
      assert.equal(await tokens('none', us), undefined);
      await assert.rejects(async () => tokens('bad', us), { message: 'it is bad' });
    }
  }
  assert.deepEqual([plain.asked(), remembering.asked()], [4, 3]);
});

test('hits and misses are counted', async () => {
  const { registry, tokens } = cache();
  await tokens('ada', us);
  await tokens('ada', us);
  await Promise.allSettled([tokens('bad', us)]);
  const lines = (await registry.metrics()).split('\n');
  for (const line of [
    'authentication_token_cache_request_total{status="hit"} 1',
    'authentication_token_cache_request_total{status="miss"} 2',
    'authentication_token_cache_request_duration_seconds_count{status="hit"} 1',
    'authentication_token_cache_fetch_total{status="ok"} 1',
    'authentication_token_cache_fetch_total{status="error"} 1',
    'authentication_token_cache_active_fetch_count{status="in_flight"} 0',
  ]) {
    assert.ok(lines.includes(line), line);
  }
});
