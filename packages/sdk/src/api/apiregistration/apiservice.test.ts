import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lineOf } from '../../machinery/index.ts';
import { decode } from '../../schema/index.ts';
import { type APIService, apiService } from './apiservice.ts';

type Json = Record<string, unknown>;
const service = { namespace: 'n', name: 's' };

const anApi = (spec: Json): APIService =>
  decode(apiService.schema.shape, {
    metadata: { name: 'v1.example.com' },
    spec: { group: 'example.com', version: 'v1', groupPriorityMinimum: 100, versionPriority: 10, ...spec },
  }) as APIService;

test('what is refused', () => {
  const table: [spec: Json, want: string[]][] = [
    [{}, []],
    [{ service }, []],
    [
      { group: '', version: 'v2' },
      ['spec.group: Required value: only v1 may have an empty group and it better be legacy kube'],
    ],
    [
      { groupPriorityMinimum: 0, versionPriority: 1001 },
      [
        'spec.groupPriorityMinimum: Invalid value: 0: must be positive and less than 20000',
        'spec.versionPriority: Invalid value: 1001: must be positive and less than 1000',
      ],
    ],
    [
      { caBundle: 'YWJj', insecureSkipTLSVerify: true },
      [
        'spec.caBundle: Invalid value: "3 bytes": local APIServices may not have a caBundle',
        'spec.insecureSkipTLSVerify: Invalid value: true: local APIServices may not have insecureSkipTLSVerify',
      ],
    ],
    [
      { service: { port: 70_000 } },
      [
        'spec.service.namespace: Required value',
        'spec.service.name: Required value',
        'spec.service.port: Invalid value: 70000: port is not valid: must be between 1 and 65535, inclusive',
      ],
    ],
    [
      { service, caBundle: 'YWJj', insecureSkipTLSVerify: true },
      ['spec.insecureSkipTLSVerify: Invalid value: true: may not be true if caBundle is present'],
    ],
  ];
  for (const [spec, want] of table) {
    assert.deepEqual([...apiService.validate!(anApi(spec))].map(lineOf), want, JSON.stringify(spec));
  }
});

test('the name says version and group', () => {
  const problems = (name: string) => apiService.validateName!(name, false, anApi({}));
  assert.deepEqual(problems('v1.example.com'), []);
  assert.deepEqual(problems('other'), ['must be `spec.version+"."+spec.group`: "v1.example.com"']);
  assert.deepEqual(problems('a/b'), ["may not contain '/'"]);
});

test('what the server itself serves is there from the start', () => {
  const context = { now: Date.UTC(2026, 0, 1), warn: () => {} };
  const [local, remote] = [anApi({}), anApi({ service })];
  apiService.prepareForCreate!(local, context);
  apiService.prepareForCreate!(remote, context);
  assert.deepEqual(
    local.status.conditions?.map((c) => [c.type, c.status, c.reason, c.lastTransitionTime]),
    [['Available', 'True', 'Local', '2026-01-01T00:00:00Z']],
  );
  assert.deepEqual(remote.status, {});
  const cells = (o: APIService) => apiService.columns!.map((c) => c.value(o, context)).slice(0, 3);
  assert.deepEqual(cells(local), ['v1.example.com', 'Local', 'True']);
  assert.deepEqual(cells(remote), ['v1.example.com', 'n/s', 'Unknown']);
});
