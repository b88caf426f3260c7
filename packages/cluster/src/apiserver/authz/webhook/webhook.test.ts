import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nullLogger, Registry, seededRandom } from '@tiphys/sdk/runtime';
import { SimClock } from '@tiphys/sdk/testing';
import { WebhookFailure } from '../../webhook-client/index.ts';
import { type Action, labelRequirements } from '../authorizer.ts';
import { AuthorizationMetrics } from '../metrics.ts';
import { webhookAuthorizer, type WebhookSettings } from './authorizer.ts';
import { reviewOf, specOf } from './spec.ts';

const eve = { name: 'eve', uid: 'u', groups: ['a', 'b'], extra: { k: ['v', 'w'], A: ['x'] } };
const plain = { user: { name: 'eve', groups: [], extra: {} }, subresource: '', name: '', path: '' };
const ask = (more: Partial<Action> = {}): Action => ({
  ...plain,
  verb: 'get',
  isResource: true,
  group: '',
  version: '*',
  resource: 'pods',
  namespace: 'n',
  ...more,
});

test('an action is told in the order that upstream tells it in', () => {
  const action = ask({
    user: eve,
    verb: 'list',
    group: 'apps',
    fieldSelector: [
      { field: 'a', operator: '=', value: 'b' },
      { field: 'c', operator: '!=', value: 'd' },
    ],
    labelSelector: () => labelRequirements('z in (b,a),c!=d,e,!f,y>3'),
  });
  const resourceAttributes =
    '{"namespace":"n","verb":"list","group":"apps","version":"*","resource":"pods",' +
    '"fieldSelector":{"requirements":[{"key":"a","operator":"In","values":["b"]},{"key":"c","operator":"NotIn","values":["d"]}]},' +
    '"labelSelector":{"requirements":[{"key":"c","operator":"NotIn","values":["d"]},{"key":"e","operator":"Exists"},{"key":"f","operator":"DoesNotExist"},{"key":"z","operator":"In","values":["a","b"]}]}}';
  const who = (groups: string) => `"user":"eve","${groups}":["a","b"],"extra":{"A":["x"],"k":["v","w"]},"uid":"u"`;
  const review = (version: 'v1' | 'v1beta1', groups: string) =>
    `{"kind":"SubjectAccessReview","apiVersion":"authorization.k8s.io/${version}","metadata":{},"spec":{"resourceAttributes":${resourceAttributes},${who(groups)}},"status":{"allowed":false}}`;
  assert.equal(JSON.stringify(reviewOf(specOf(action), 'v1')), review('v1', 'groups'));
  assert.equal(JSON.stringify(reviewOf(specOf(action), 'v1beta1')), review('v1beta1', 'group'));
  const path = ask({ isResource: false, path: '/foo' });
  assert.deepEqual(specOf(path), { nonResourceAttributes: { path: '/foo', verb: 'get' }, user: 'eve' });
});

interface Scene extends Partial<WebhookSettings> {
  readonly replies?: readonly (object | WebhookFailure)[];
}

/** A webhook that says one thing after the other, the last for ever. */
function scene({ replies = [{ status: { allowed: true } }], ...settings }: Scene = {}) {
  const clock = new SimClock();
  const registry = new Registry();
  const asked: unknown[] = [];
  const authorize = webhookAuthorizer(
    {
      name: 'w',
      version: 'v1',
      authorizedTtlMs: 60_000,
      unauthorizedTtlMs: 10_000,
      failurePolicy: 'NoOpinion',
      matchConditions: [],
      ...settings,
    },
    {
      client: {
        askFor: async (object) => {
          const reply = replies[Math.min(asked.length, replies.length - 1)];
          asked.push(object);
          if (reply instanceof WebhookFailure) throw reply;
          return reply as never;
        },
      },
      clock,
      random: seededRandom(1),
      log: nullLogger,
      metrics: new AuthorizationMetrics(registry),
    },
  );
  const counts = async (name: string) =>
    (await registry.metrics()).split('\n').filter((line) => line.startsWith(`apiserver_authorization_${name}{`));
  return { authorize, asked, clock, counts };
}

const says = (status: object) => [{ status }];
const both = 'webhook subject access review returned both allow and deny response';
for (const [status, want] of [
  [
    { allowed: true, reason: 'r' },
    { decision: 'allow', reason: 'r' },
  ],
  [
    { allowed: false, reason: 'r', evaluationError: 'e' },
    { decision: 'no opinion', reason: 'r' },
  ],
  [
    { allowed: false, denied: true },
    { decision: 'deny', reason: '' },
  ],
  [
    { allowed: true, denied: true, reason: 'r' },
    { decision: 'deny', reason: 'r', error: both },
  ],
] as const) {
  test(`an answer ${JSON.stringify(status)} is ${want.decision}`, async () =>
    assert.deepEqual(await scene({ replies: says(status) }).authorize(ask()), want));
}

test('answers are good for a while, a yes longer than a no', async () => {
  for (const [allowed, longMs] of [
    [true, 60_000],
    [false, 10_000],
  ] as const) {
    const { authorize, asked, clock } = scene({ replies: says({ allowed }) });
    await authorize(ask());
    await clock.advance(longMs - 1);
    assert.ok(!(authorize(ask()) instanceof Promise), 'it is known');
    await authorize(ask({ name: 'other' }));
    assert.equal(asked.length, 2);
    await clock.advance(1);
    await authorize(ask());
    assert.equal(asked.length, 3);
  }
});

test('what is long, or is not to be kept, is asked anew', async () => {
  const long = scene();
  const forgetting = scene({ authorizedTtlMs: 0 });
  for (let i = 0; i < 2; i++) {
    await long.authorize(ask({ name: 'x'.repeat(10_000) }));
    await forgetting.authorize(ask());
  }
  assert.deepEqual([long.asked.length, forgetting.asked.length], [2, 2]);
});

test('a webhook that fails is asked again while that may pass; then its policy counts', async () => {
  const passing = new WebhookFailure('not now', { status: 500, mayPass: true });
  const good = scene({ replies: [passing, passing, { status: { allowed: true } }] });
  const answer = Promise.resolve(good.authorize(ask()));
  await good.clock.advance(2000);
  assert.equal((await answer).decision, 'allow');
  assert.equal(good.asked.length, 3);
  const late = new WebhookFailure('too late', { isTimeout: true });
  const open = scene({ replies: [late] });
  assert.deepEqual(await open.authorize(ask()), { decision: 'no opinion', reason: '', error: 'too late' });
  assert.deepEqual(await open.counts('webhook_evaluations_fail_open_total'), [
    'apiserver_authorization_webhook_evaluations_fail_open_total{name="w",result="timeout"} 1',
  ]);
  const closed = scene({ replies: [late], failurePolicy: 'Deny' });
  assert.deepEqual(await closed.authorize(ask()), { decision: 'deny', reason: '', error: 'too late' });
  assert.deepEqual(await closed.counts('webhook_evaluations_fail_open_total'), []);
  assert.deepEqual(await closed.counts('webhook_evaluations_total'), [
    'apiserver_authorization_webhook_evaluations_total{name="w",result="timeout"} 1',
  ]);
});

const conditions: readonly (readonly [expressions: string[], more: Partial<Action>, want: string])[] = [
  [["request.user == 'eve'"], {}, 'asked'],
  [["request.user == 'bob'"], {}, 'skipped'],
  [['has(request.resourceAttributes)'], { isResource: false, path: '/x' }, 'skipped'],
  [["request.nonResourceAttributes.path == '/x'"], { isResource: false, path: '/x' }, 'asked'],
  [["request.resourceAttributes.name == ''", "request.uid == ''", 'request.groups.size() == 0'], {}, 'asked'],
  [["'k' in request.extra && request.extra['k'][0] == 'v'"], { user: eve }, 'asked'],
  [["!('k' in request.extra)"], {}, 'asked'],
  [['has(request.resourceAttributes.labelSelector)'], {}, 'skipped'],
  [
    ["request.resourceAttributes.fieldSelector.requirements.exists(r, r.key == 'a' && r.values == ['b'])"],
    { fieldSelector: [{ field: 'a', operator: '=', value: 'b' }] },
    'asked',
  ],
  [
    ["request.resourceAttributes.?labelSelector.requirements.orValue([]).exists(r, r.operator == 'Exists')"],
    { labelSelector: () => labelRequirements('e') },
    'asked',
  ],
  [
    ['request.nonResourceAttributes.path == "/"'],
    {},
    `cel evaluation error: expression 'request.nonResourceAttributes.path == "/"' resulted in error: no such key: nonResourceAttributes`,
  ],
  [['request.nonResourceAttributes.path == "/"', "request.user == 'bob'"], {}, 'skipped'],
];
for (const [matchConditions, more, want] of conditions) {
  test(`under ${matchConditions.join(' and ')} it is ${want}`, async () => {
    const { authorize, asked, counts } = scene({ matchConditions, failurePolicy: 'Deny' });
    const verdict = await authorize(ask(more));
    assert.equal(asked.length, want === 'asked' ? 1 : 0);
    const errors = await counts('match_condition_evaluation_errors_total');
    const exclusions = await counts('match_condition_exclusions_total');
    if (want === 'asked') assert.equal(verdict.decision, 'allow');
    else if (want === 'skipped') assert.deepEqual(verdict, { decision: 'no opinion', reason: '' });
    else assert.deepEqual(verdict, { decision: 'deny', reason: '', error: want });
    assert.equal(exclusions.length, want === 'skipped' ? 1 : 0);
    assert.equal(errors.length, want === 'asked' || want === 'skipped' ? 0 : 1);
  });
}
