import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PolicyRule } from '@tiphys/sdk/api';
import { describeRules, missingRules } from './covers.ts';

const on = (group: string, resource: string, verbs: string[], names?: string[]): PolicyRule => ({
  verbs,
  apiGroups: [group],
  resources: [resource],
  ...(names && { resourceNames: names }),
});
const at = (url: string, ...verbs: string[]): PolicyRule => ({ verbs, nonResourceURLs: [url] });

const table: readonly [what: string, held: PolicyRule[], wanted: PolicyRule[], missing: string[]][] = [
  ['the same', [on('', 'pods', ['get'])], [on('', 'pods', ['get'])], []],
  [
    'one verb of two',
    [on('', 'pods', ['get'])],
    [on('', 'pods', ['get', 'list'])],
    ['{APIGroups:[""], Resources:["pods"], Verbs:["list"]}'],
  ],
  ['two rules cover one', [on('', 'pods', ['get']), on('', 'pods', ['list'])], [on('', 'pods', ['get', 'list'])], []],
  ['any verb', [on('', 'pods', ['*'])], [on('', 'pods', ['get', 'anything'])], []],
  ['any resource', [on('*', '*', ['get'])], [on('apps', 'deployments/scale', ['get'])], []],
  ['a subresource of any resource', [on('', '*/log', ['get'])], [on('', 'pods/log', ['get'])], []],
  [
    'not the resource itself',
    [on('', '*/log', ['get'])],
    [on('', 'pods', ['get'])],
    ['{APIGroups:[""], Resources:["pods"], Verbs:["get"]}'],
  ],
  [
    'a star is more than every verb one has',
    [on('', 'pods', ['get', 'list'])],
    [on('', 'pods', ['*'])],
    ['{APIGroups:[""], Resources:["pods"], Verbs:["*"]}'],
  ],
  ['one name of several', [on('', 'pods', ['get'], ['a', 'b'])], [on('', 'pods', ['get'], ['b'])], []],
  [
    'any name is more than some',
    [on('', 'pods', ['get'], ['a'])],
    [on('', 'pods', ['get'])],
    ['{APIGroups:[""], Resources:["pods"], Verbs:["get"]}'],
  ],
  [
    'names are told each',
    [],
    [on('', 'pods', ['get'], ['b', 'a'])],
    [
      '{APIGroups:[""], Resources:["pods"], ResourceNames:["a"], Verbs:["get"]}',
      '{APIGroups:[""], Resources:["pods"], ResourceNames:["b"], Verbs:["get"]}',
    ],
  ],
  ['paths below a star', [at('/healthz*', 'get')], [at('/healthz/ping', 'get')], []],
  ['another path', [at('/healthz', 'get')], [at('/metrics', 'get')], ['{NonResourceURLs:["/metrics"], Verbs:["get"]}']],
];

for (const [what, held, wanted, missing] of table) {
  test(what, () => assert.deepEqual(describeRules(missingRules(held, wanted)), missing));
}
