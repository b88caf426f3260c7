import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RequestInfo } from '../context.ts';
import { requestInfo } from '../filters/request-info.ts';
import { aUser } from '../server-scene.ts';
import { type Rule, ruleOf } from './rules.ts';

const infoOf = (line: string): RequestInfo => {
  const [method = '', path = ''] = line.split(' ');
  const [plain = '', query] = path.split('?');
  return requestInfo(method, plain, new URLSearchParams(query));
};
const rule = (manifest: object): Rule => ruleOf({ subjects: [], ...manifest } as Parameters<typeof ruleOf>[0]);

test('whom a rule is for', () => {
  const user = (name: string) => ({ kind: 'User', user: { name } });
  const group = (name: string) => ({ kind: 'Group', group: { name } });
  const account = (namespace: string, name: string) => ({
    kind: 'ServiceAccount',
    serviceAccount: { namespace, name },
  });
  const ada = aUser('ada', 'writers');
  const robot = aUser('system:serviceaccount:team:robot');
  const table: [subjects: object[], who: typeof ada, want: boolean][] = [
    [[user('ada')], ada, true],
    [[user('adam')], ada, false],
    [[user('*')], ada, true],
    [[group('writers')], ada, true],
    [[group('readers')], ada, false],
    [[group('readers'), user('ada')], ada, true],
    [[group('*')], { ...ada, groups: [] }, true],
    [[account('team', 'robot')], robot, true],
    [[account('team', 'rob')], robot, false],
    [[account('team', '*')], robot, true],
    [[account('tea', '*')], robot, false],
    [[account('team', '*')], aUser('system:serviceaccount:team'), false],
    [[account('*', '*')], robot, false],
    [[{ kind: 'User' }], ada, false],
    [[{ kind: 'Odd', user: { name: 'ada' } }], ada, false],
    [[], ada, false],
  ];
  for (const [subjects, who, want] of table) {
    assert.equal(rule({ subjects }).isFor(who), want, `${JSON.stringify(subjects)} ${who.name}`);
  }
});

test('which requests for resources a rule covers', () => {
  const all = { verbs: ['*'], apiGroups: ['*'], resources: ['*'], namespaces: ['*'], clusterScope: true };
  const maps = 'GET /api/v1/namespaces/default/configmaps/a';
  const nodes = 'GET /api/v1/nodes/n';
  const scale = 'PUT /apis/apps/v1/namespaces/x/deployments/d/scale';
  const table: [rule: object, line: string, want: boolean][] = [
    [all, maps, true],
    [all, nodes, true],
    [all, 'GET /version', false],
    [{ ...all, clusterScope: false }, nodes, false],
    [{ ...all, namespaces: undefined }, maps, false],
    [{ ...all, namespaces: undefined }, nodes, true],
    [{ ...all, namespaces: ['other', 'default'], clusterScope: false }, maps, true],
    [{ ...all, namespaces: ['other'] }, maps, false],
    [{ ...all, verbs: ['list', 'get'] }, maps, true],
    [{ ...all, verbs: ['list'] }, maps, false],
    [{ ...all, verbs: ['list'] }, 'GET /api/v1/namespaces/default/configmaps', true],
    [{ ...all, verbs: ['watch'] }, 'GET /api/v1/configmaps?watch=1', true],
    [{ ...all, apiGroups: [''] }, scale, false],
    [{ ...all, apiGroups: ['', 'apps'] }, scale, true],
    [{ ...all, resources: ['deployments'] }, scale, false],
    [{ ...all, resources: ['deployments/scale'] }, scale, true],
    [{ ...all, resources: ['deployments/*'] }, scale, false],
    // A namespace is in itself.
    [{ ...all, clusterScope: false, resources: ['namespaces'] }, 'GET /api/v1/namespaces/default', true],
    [{ ...all, clusterScope: false, resources: ['namespaces'] }, 'GET /api/v1/namespaces', false],
  ];
  for (const [resourceRule, line, want] of table) {
    assert.equal(
      rule({ resourceRules: [resourceRule] }).covers(infoOf(line)),
      want,
      `${JSON.stringify(resourceRule)} ${line}`,
    );
  }
});

test('which other requests a rule covers', () => {
  const table: [verbs: string[], urls: string[], line: string, want: boolean][] = [
    [['*'], ['*'], 'GET /version', true],
    [['*'], ['*'], 'GET /api/v1/nodes', false],
    [['get'], ['/healthz'], 'GET /healthz', true],
    [['get'], ['/healthz'], 'POST /healthz', false],
    [['get'], ['/healthz'], 'HEAD /healthz', false],
    [['head'], ['/healthz'], 'HEAD /healthz', true],
    [['get'], ['/healthz'], 'GET /healthz/ping', true],
    [['get'], ['/healthz'], 'GET /healthzz', false],
    [['get'], ['/openapi/*'], 'GET /openapi/v2', true],
    [['get'], ['/openapi/*'], 'GET /openapi/v3/apis', true],
    [['get'], ['/openapi/*'], 'GET /openapi', false],
    [['get'], ['/readyz', '/livez'], 'GET /livez', true],
    [['get'], ['/'], 'GET /anything', true],
  ];
  for (const [verbs, nonResourceURLs, line, want] of table) {
    const found = rule({ nonResourceRules: [{ verbs, nonResourceURLs }] }).covers(infoOf(line));
    assert.equal(found, want, `${verbs.join()} ${nonResourceURLs.join()} ${line}`);
  }
});
