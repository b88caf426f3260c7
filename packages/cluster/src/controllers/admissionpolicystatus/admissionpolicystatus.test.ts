import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ValidatingAdmissionPolicy } from '@tiphys/sdk/api';
import { kindsAbout } from './kinds-about.ts';
import { kindSchema } from './published-schemas.ts';
import { warningsOf } from './warnings.ts';

const rule = (resources: string[], { apiGroups = ['apps'], apiVersions = ['v1'] } = {}) => ({
  apiGroups,
  apiVersions,
  operations: ['CREATE'],
  resources,
});
const policyOf = (spec: unknown) =>
  ({ metadata: { name: 'p' }, spec, status: {} }) as unknown as ValidatingAdmissionPolicy;

test('a policy is about the kinds that its rules name in full', () => {
  const served = ['deployments', 'daemonsets'].map((resource) => ({
    group: 'apps',
    version: 'v1',
    resource,
    kind: resource === 'deployments' ? 'Deployment' : 'DaemonSet',
    namespaced: true,
    verbs: [],
  }));
  const kinds = (...resourceRules: unknown[]) =>
    kindsAbout(policyOf({ matchConstraints: { resourceRules } }), served).map((k) => k.kind);
  assert.deepEqual(kinds(rule(['deployments', 'daemonsets'])), ['DaemonSet', 'Deployment']);
  assert.deepEqual(kinds(rule(['*', 'deployments/scale', 'deployments'])), ['Deployment']);
  assert.deepEqual(kinds(rule(['deployments'], { apiGroups: ['*'] })), []);
  assert.deepEqual(kinds(rule(['deployments'], { apiVersions: ['v1', '*'] }), rule(['daemonsets'])), ['DaemonSet']);
  assert.deepEqual(kinds(rule(['nothing'])), []);
});

const ref = (name: string) => ({ allOf: [{ $ref: `#/components/schemas/${name}` }] });
const schemas = {
  Thing: {
    type: 'object',
    properties: {
      spec: ref('Spec'),
      port: { format: 'int-or-string', oneOf: [{ type: 'integer' }, { type: 'string' }] },
      size: { oneOf: [{ type: 'string' }, { type: 'number' }] },
    },
    'x-kubernetes-group-version-kind': [{ group: 'example.com', version: 'v1', kind: 'Thing' }],
  },
  Spec: { type: 'object', properties: { n: { type: 'integer' }, inner: ref('Spec') } },
};
const thing = { group: 'example.com', version: 'v1', kind: 'Thing' };

test('a published schema comes with what it refers to, as far as that ends', () => {
  assert.deepEqual(kindSchema(schemas, thing)?.properties, {
    spec: { type: 'object', properties: { n: { type: 'integer' }, inner: { type: 'object' } } },
    port: { type: 'integer', format: 'int-or-string', 'x-kubernetes-int-or-string': true },
    size: { type: 'string' },
  });
  assert.equal(kindSchema(schemas, { ...thing, version: 'v2' }), undefined);
});

test('expressions that do not fit a kind are warned of, for each kind', () => {
  const schema = kindSchema(schemas, thing)!;
  const warnings = (spec: object, params?: typeof schema) =>
    warningsOf(policyOf(spec), { kinds: [{ kind: thing, schema }], params });
  assert.deepEqual(
    warnings({
      variables: [{ name: 'n', expression: 'object.spec.n' }],
      validations: [
        {
          expression: 'variables.n > 1 && object.port == 80 && object.metadata.name != ""',
          messageExpression: 'object.kind',
        },
        { expression: 'object.spec.nope > 1', messageExpression: "variables.n == 'a' ? 'a' : 'b'" },
      ],
    }),
    [
      {
        fieldRef: 'spec.validations[1].expression',
        warning:
          "example.com/v1, Kind=Thing: ERROR: <input>:1:12: undefined field 'nope'\n | object.spec.nope > 1\n | ...........^\n",
      },
      {
        fieldRef: 'spec.validations[1].messageExpression',
        warning:
          "example.com/v1, Kind=Thing: ERROR: <input>:1:13: found no matching overload for '_==_' applied to '(int, string)'\n | variables.n == 'a' ? 'a' : 'b'\n | ............^\n",
      },
    ],
  );
  const said = warnings({ validations: [{ expression: 'params.spec.n == params.nope' }] }, schema);
  assert.match(said[0]!.warning, /undefined field 'nope'/);
  assert.equal(warnings({ validations: [{ expression: 'params.spec.n == 1' }] }).length, 1);
});
