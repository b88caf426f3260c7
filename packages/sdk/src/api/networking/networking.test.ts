import assert from 'node:assert/strict';
import { test } from 'node:test';
import { erase } from '../../schema/index.ts';
import { runtimeClass } from '../node/index.ts';
import { anObject, assertRefusals, type RefusalRow } from '../refusal-rows.ts';
import { ingress, ingressClass, ipAddress, networkPolicy, serviceCIDR } from './index.ts';

const backend = { service: { name: 's', port: { number: 80 } } };
const path = (path: string, pathType = 'Prefix') => ({
  spec: { rules: [{ host: 'a.example.org', http: { paths: [{ path, pathType, backend }] } }] },
});
const at = 'spec.rules[0].http.paths[0]';
const policy = (from: object) => ({ spec: { podSelector: {}, ingress: [{ from: [from] }] } });
const cidrs = (...ranges: string[]) => ({ spec: { cidrs: ranges } });

const toService = (name: string) => ({ spec: { defaultBackend: { service: { name, port: { number: 1 } } } } });
const strict: Pick<RefusalRow, 'of' | 'turned'> = { of: erase(ingress), turned: ['RelaxedServiceNameValidation'] };
const namesByGate: readonly RefusalRow[] = [
  { of: erase(ingress), next: toService('1st'), want: [] },
  { ...strict, next: toService('first'), want: [] },
  { ...strict, next: toService('2nd'), old: toService('1st'), want: [] },
  {
    ...strict,
    next: toService('1st'),
    old: toService('first'),
    want: [
      `spec.defaultBackend.service.name: Invalid value: "1st": a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')`,
    ],
  },
];

const rows: readonly RefusalRow[] = [
  ...namesByGate,
  { of: erase(ingress), next: path('/a'), want: [] },
  {
    of: erase(ingress),
    next: path('a//b/..'),
    want: [
      `${at}.path: Invalid value: "a//b/..": must be an absolute path`,
      `${at}.path: Invalid value: "a//b/..": must not contain '//'`,
      `${at}.path: Invalid value: "a//b/..": cannot end with '/..'`,
    ],
  },
  { of: erase(ingress), next: path('//', 'ImplementationSpecific'), want: [] },
  {
    of: erase(ingress),
    next: { spec: { rules: [] } },
    want: ['spec: Invalid value: []: either `defaultBackend` or `rules` must be specified'],
  },
  {
    of: erase(ingressClass),
    next: { spec: { controller: 'example.org/b', parameters: { kind: 'K', name: 'n', namespace: 'ns' } } },
    old: { spec: { controller: 'example.org/a' } },
    want: [
      "spec.parameters.namespace: Forbidden: `parameters.scope` is set to 'Cluster'",
      'spec.controller: Invalid value: "example.org/b": field is immutable',
    ],
  },
  {
    of: erase(networkPolicy),
    next: policy({ ipBlock: { cidr: '10.0.0.0/8', except: ['10.1.0.0/16', '10.0.0.0/8', '11.0.0.0/16'] } }),
    want: ['10.0.0.0/8', '11.0.0.0/16'].map(
      (cidr, i) =>
        `spec.ingress[0].from[0].ipBlock.except[${i + 1}]: Invalid value: "${cidr}": must be a strict subset of \`cidr\``,
    ),
  },
  {
    of: erase(networkPolicy),
    next: policy({ ipBlock: { cidr: '010.0.0.0/8' } }),
    old: policy({ ipBlock: { cidr: '010.0.0.0/8' } }),
    want: [],
  },
  {
    of: erase(networkPolicy),
    next: { spec: { podSelector: {}, egress: [{ ports: [{ port: 80, endPort: 79 }] }] } },
    want: ['spec.egress[0].ports[0].endPort: Invalid value: 80: must be greater than or equal to `port`'],
  },
  { of: erase(serviceCIDR), next: cidrs('10.0.0.0/16', 'fd00::/108'), old: cidrs('10.0.0.0/16'), want: [] },
  {
    of: erase(serviceCIDR),
    next: cidrs('10.0.0.0/16', '10.2.0.0/16'),
    want: [
      'spec.cidrs: Invalid value: ["10.0.0.0/16","10.2.0.0/16"]: may specify no more than one IP for each IP family, i.e 192.168.0.0/24 and 2001:db8::/64',
    ],
  },
  {
    of: erase(ipAddress),
    next: { spec: { parentRef: {} } },
    want: ['spec.parentRef.resource: Required value', 'spec.parentRef.name: Required value'],
  },
  {
    of: erase(runtimeClass),
    next: {
      handler: 'h',
      overhead: { podFixed: { cpu: '-1' } },
      scheduling: {
        tolerations: [
          { key: 'a', operator: 'Exists' },
          { key: 'a', operator: 'Exists' },
        ],
      },
    },
    old: { handler: 'g' },
    want: [
      'overhead.limits[cpu]: Invalid value: "-1": must be greater than or equal to 0',
      'scheduling.tolerations[1]: Duplicate value: {"Key":"a","Operator":"Exists","Value":"","Effect":"","TolerationSeconds":null}',
      'handler: Invalid value: "h": field is immutable',
    ],
  },
];

test('what is refused', () => assertRefusals(rows));

test('what a policy is about when it does not say', () => {
  const typesOf = (spec: object) =>
    (anObject(erase(networkPolicy), { spec }) as { spec?: { policyTypes: string[] } }).spec!;
  assert.deepEqual(typesOf({ podSelector: {} }).policyTypes, ['Ingress']);
  assert.deepEqual(typesOf({ podSelector: {}, egress: [{}] }).policyTypes, ['Ingress', 'Egress']);
});

test('hosts of an ingress are shortened, its addresses told once each', () => {
  const rules = ['a', 'b', 'c', 'd', 'e'].map((host) => ({ host }));
  const row = (fields: object) =>
    erase(ingress).columns!.map((c) => c.value(anObject(erase(ingress), fields), { now: 0 }));
  assert.equal(row({ spec: { rules } })[2], 'a,b,c + 2 more...');
  assert.equal(row({ spec: {} })[2], '*');
  const addresses = [{ hostname: 'b.example.org' }, { ip: '192.0.2.1' }, { hostname: 'b.example.org' }];
  assert.equal(row({ status: { loadBalancer: { ingress: addresses } } })[3], '192.0.2.1,b.example.org');
});
