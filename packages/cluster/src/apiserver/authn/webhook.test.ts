import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nullLogger, seededRandom } from '@tiphys/sdk/runtime';
import { SimClock } from '@tiphys/sdk/testing';
import { decodedConfig } from '../config-file/index.ts';
import { WebhookFailure } from '../webhook-client/index.ts';
import { webhookTokens } from './webhook.ts';

function webhook(answer: (asked: unknown) => unknown) {
  const clock = new SimClock();
  const asked: unknown[] = [];
  const tokens = webhookTokens({
    client: {
      askFor: async (review, kind) => {
        asked.push(review);
        await Promise.resolve();
        return decodedConfig(kind, answer(review));
      },
    },
    version: 'v1beta1',
    audiences: ['us', 'also-us'],
    clock,
    random: seededRandom(1),
    log: nullLogger,
  });
  return { clock, asked, tokens };
}

const user = { username: 'ada', uid: '7', groups: ['g'], extra: { k: ['v'] } };
const known = { name: 'ada', uid: '7', groups: ['g'], extra: { k: ['v'] } };

test('a webhook is asked about a token and whom it is for', async () => {
  const { asked, tokens } = webhook(() => ({ status: { authenticated: true, user } }));
  assert.deepEqual(await tokens('t', ['us']), { user: known, audiences: ['us'] });
  assert.deepEqual(asked, [
    {
      kind: 'TokenReview',
      apiVersion: 'authentication.k8s.io/v1beta1',
      metadata: {},
      spec: { token: 't', audiences: ['us'] },
      status: { user: {} },
    },
  ]);
});

test('what it says is taken for those whom the token is for', async () => {
  const cases: readonly [status: object, wanted: string[], found: readonly string[] | string | undefined][] = [
    [{ authenticated: true, user }, ['also-us', 'them'], ['also-us']],
    [{ authenticated: true, user }, ['them'], undefined],
    [{ authenticated: true, user, audiences: ['them', 'us'] }, ['us', 'them'], ['them', 'us']],
    [{ authenticated: true, user, audiences: ['them'] }, ['us'], undefined],
    [{ authenticated: false, error: 'too old' }, ['us'], 'too old'],
    [{ authenticated: false }, ['us'], undefined],
    [{}, ['us'], undefined],
  ];
  for (const [status, wanted, want] of cases) {
    const { tokens } = webhook(() => ({ status }));
    const found = await Promise.resolve(tokens('t', wanted)).then(
      (k) => k?.audiences,
      (err: Error) => err.message,
    );
    assert.deepEqual(found, want, JSON.stringify(status));
  }
});

test('what may pass is tried again, five times in all', async () => {
  const failing = webhook(() => {
    throw new WebhookFailure('an error on the server', { mayPass: true });
  });
  const refused = assert.rejects(async () => failing.tokens('t', ['us']), { message: 'an error on the server' });
  await failing.clock.advance(10_000);
  await refused;
  assert.equal(failing.asked.length, 5);
  const final = webhook(() => {
    throw new WebhookFailure('not found');
  });
  await assert.rejects(async () => final.tokens('t', ['us']), { message: 'not found' });
  assert.equal(final.asked.length, 1);
});
