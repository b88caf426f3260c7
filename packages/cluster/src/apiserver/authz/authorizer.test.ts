import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Registry } from '@tiphys/sdk/runtime';
import { requestInfo } from '../filters/request-info.ts';
import { type Action, actionOf, allowed, anyOf, type Authorizer, noOpinion, type Verdict } from './authorizer.ts';
import { AuthorizationMetrics } from './metrics.ts';
import { promptly } from './promptly.ts';

const user = { name: 'ada', groups: [], extra: {} };
const action = (name: string): Action => ({
  user,
  verb: 'get',
  isResource: true,
  group: '',
  resource: 'pods',
  subresource: '',
  namespace: 'ns',
  name,
  path: '',
});

const says =
  (verdict: Verdict, asked: string[] = []): Authorizer =>
  () => (asked.push(verdict.decision), verdict);
const later =
  (authorizer: Authorizer): Authorizer =>
  async (a) =>
    authorizer(a);
const no: Verdict = { decision: 'deny', reason: 'never' };
const hm = (reason: string, error?: string): Verdict => ({
  decision: 'no opinion',
  reason,
  ...(error !== undefined && { error }),
});

const table: readonly (readonly [string, Verdict[], Verdict])[] = [
  ['nobody', [], { decision: 'no opinion', reason: '' }],
  ['the first with an opinion', [hm('a'), allowed, no], allowed],
  ['a no ends it, too', [noOpinion, no, allowed], no],
  ['reasons of all', [hm('a'), noOpinion, hm('b')], hm('a\nb')],
  ['one error', [hm('', 'e'), hm('b')], hm('b', 'e')],
  ['errors, each once', [hm('', 'e'), hm('', 'f'), hm('', 'e')], hm('', '[e, f]')],
  ['an error is forgotten where somebody decides', [hm('', 'e'), allowed], allowed],
];
for (const [name, verdicts, want] of table) {
  test(`any of them: ${name}`, async () => {
    const now = verdicts.map((v) => says(v));
    assert.deepEqual(anyOf(...now)(action('x')), want);
    for (let i = 0; i < now.length; i++) {
      const some = now.map((a, j) => (i === j ? later(a) : a));
      assert.deepEqual(await anyOf(...some)(action('x')), want);
    }
  });
}

test('nobody is asked once somebody has decided', async () => {
  const asked: string[] = [];
  await anyOf(later(says(hm(''), asked)), says(no, asked), says(allowed, asked))(action('x'));
  assert.deepEqual(asked, ['no opinion', 'deny']);
});

test('what cannot wait is done again when the answers are there', async () => {
  const asked: string[] = [];
  const authorizer: Authorizer = (a) => {
    asked.push(a.name);
    return a.name === 'now' ? allowed : Promise.resolve(a.name === 'later' ? allowed : no);
  };
  let runs = 0;
  const both = (...names: string[]) =>
    promptly(authorizer, (ask) => {
      runs++;
      return names.map((name) => ask(action(name)).decision === 'allow').every(Boolean);
    });
  assert.equal(both('now'), true);
  assert.equal(await both('now', 'later', 'later'), true);
  assert.equal(await both('later', 'never'), false);
  assert.equal(runs, 5);
  assert.deepEqual(asked, ['now', 'now', 'later', 'later', 'now', 'later', 'never']);
});

test('what goes wrong for want of an answer is no failure; what goes wrong with it is', async () => {
  const authorizer: Authorizer = async () => allowed;
  const act = (wanted: string) =>
    promptly(authorizer, (ask) => {
      if (ask(action('x')).decision !== wanted) throw new Error('it was not');
      return wanted;
    });
  assert.equal(await act('allow'), 'allow');
  await assert.rejects(async () => act('deny'), { message: 'it was not' });
});

test('decisions are counted by who made them; no opinion is none', async () => {
  const registry = new Registry();
  const metrics = new AuthorizationMetrics(registry);
  const counted = (authorizer: Authorizer) => metrics.counted(authorizer, { type: 'RBAC', name: 'rbac' });
  for (const verdict of [allowed, allowed, no, noOpinion]) await counted(says(verdict))(action('x'));
  await counted(later(says(no)))(action('x'));
  assert.deepEqual(
    (await registry.metrics())
      .split('\n')
      .filter((line) => line.includes('{'))
      .sort(),
    [
      'apiserver_authorization_decisions_total{decision="allowed",type="RBAC",name="rbac"} 2',
      'apiserver_authorization_decisions_total{decision="denied",type="RBAC",name="rbac"} 2',
    ],
  );
});

test('a request is narrowed down by its selectors', () => {
  const narrowed = (method: string, path: string, query: string) => {
    const params = new URLSearchParams(query);
    const { fieldSelector, labelSelector, version } = actionOf(user, requestInfo(method, path, params), params);
    return [fieldSelector?.map((r) => r.field), labelSelector?.().map((r) => r.key), version];
  };
  const both = 'fieldSelector=a=b&labelSelector=c,d=e';
  assert.deepEqual(narrowed('GET', '/api/v1/pods', both), [['a'], ['c', 'd'], 'v1']);
  assert.deepEqual(narrowed('DELETE', '/apis/apps/v1/namespaces/n/deployments', both), [['a'], ['c', 'd'], 'v1']);
  assert.deepEqual(narrowed('GET', '/api/v1/pods', 'fieldSelector=x&labelSelector=(('), [undefined, [], 'v1']);
  for (const path of ['/api/v1/watch/pods', '/apis/apps/v1/watch/deployments', '/api/v1/namespaces/n/pods/x', '/foo']) {
    assert.deepEqual(narrowed('GET', path, both).slice(0, 2), [undefined, undefined], path);
  }
});
