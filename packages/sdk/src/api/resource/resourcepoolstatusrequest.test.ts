import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lineOf } from '../../machinery/index.ts';
import { decode } from '../../schema/index.ts';
import { type ResourcePoolStatusRequest, resourcePoolStatusRequest } from './resourcepoolstatusrequest.ts';

type Json = Record<string, unknown>;
const now = Date.UTC(2026, 0, 1);
const aRequest = (spec: Json = {}, status?: Json): ResourcePoolStatusRequest =>
  decode(resourcePoolStatusRequest.schema.shape, {
    metadata: { name: 'r' },
    spec: { driver: 'd.example.com', ...spec },
    ...(status && { status }),
  }) as ResourcePoolStatusRequest;
const aPool = (more: Json = {}) => ({ driver: 'd.example.com', poolName: 'p', generation: 1, ...more });

test('what is refused', () => {
  const table: [spec: Json, want: string[]][] = [
    [{}, []],
    [{ poolName: 'a/b', limit: 1000 }, []],
    [{ driver: '' }, ['spec.driver: Required value']],
    [{ driver: `${'x'.repeat(63)}.Example.com` }, []],
    [
      { driver: 'x/y', poolName: 'a//B' },
      [
        `spec.driver: Invalid value: "x/y": an RFC 1123 subdomain must consist of alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'Example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')`,
        'spec.poolName: Invalid value: "a//B": segment 1: must not be empty',
        `spec.poolName: Invalid value: "B": segment 2: a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')`,
      ],
    ],
    [{ limit: 0 }, ['spec.limit: Invalid value: 0: must be greater than or equal to 1']],
    [{ limit: 1001 }, ['spec.limit: Invalid value: 1001: must be less than or equal to 1000']],
  ];
  for (const [spec, want] of table)
    assert.deepEqual([...resourcePoolStatusRequest.validate!(aRequest(spec))].map(lineOf), want);
  assert.equal(aRequest().spec.limit, 100);
  assert.deepEqual([...resourcePoolStatusRequest.validate!(aRequest({ limit: 5 }), aRequest())].map(lineOf), [
    'spec: Invalid value: null: field is immutable',
  ]);
});

test('it is answered once', () => {
  const { status } = resourcePoolStatusRequest;
  assert.ok(typeof status === 'object');
  const at = 'status.pools[0]';
  const isReady = {
    type: 'Ready',
    status: 'True',
    lastTransitionTime: '2025-12-31T23:59:00Z',
    reason: 'R',
    message: 'm',
  };
  const ready = JSON.stringify(isReady);
  const table: [next: Json | undefined, old: Json | undefined, want: string[]][] = [
    [{ poolCount: 1, pools: [aPool({ totalDevices: 0 })] }, undefined, []],
    [{}, undefined, ['status.poolCount: Required value']],
    [
      { poolCount: 1 },
      { poolCount: 2 },
      ['status: Invalid value: {"PoolCount":1,"Pools":null,"Conditions":null}: field is immutable'],
    ],
    [undefined, { poolCount: 2 }, ['status: Invalid value: null: field is immutable']],
    [{ poolCount: 1, pools: [aPool({ generation: 0 })] }, undefined, [`${at}.generation: Required value`]],
    [
      { poolCount: 1, conditions: [isReady, isReady] },
      { poolCount: 1 },
      [
        `status: Invalid value: {"PoolCount":1,"Pools":null,"Conditions":[${ready},${ready}]}: field is immutable`,
        `status.conditions[1]: Duplicate value: ${ready}`,
      ],
    ],
    [
      {
        poolCount: -1,
        pools: [aPool({ resourceSliceCount: 0, freeDevices: 1, totalDevices: -1, validationError: 'x'.repeat(257) })],
      },
      undefined,
      [
        'status.poolCount: Invalid value: -1: must be greater than or equal to 0',
        `${at}.resourceSliceCount: Invalid value: 0: must be greater than or equal to 1`,
        `${at}.totalDevices: Invalid value: -1: must be greater than or equal to 0`,
        `${at}.validationError: Too long: may not be more than 256 bytes`,
      ],
    ],
  ];
  for (const [next, old, want] of table)
    assert.deepEqual(
      [
        ...status.validateChange!(aRequest({}, next), aRequest({}, old)),
        ...status.validate!(aRequest({}, next), aRequest({}, old), { now }),
      ].map(lineOf),
      want,
    );
});

test('how it prints', () => {
  const row = (status?: Json) =>
    resourcePoolStatusRequest.columns!.slice(2).map((c) => c.value(aRequest({}, status), { now }));
  const is = (type: string) => ({
    type,
    status: 'True',
    reason: 'R',
    message: '',
    lastTransitionTime: '2025-12-31T23:59:00Z',
  });
  const pools = [aPool({ totalDevices: 4, availableDevices: 1 }), aPool({ totalDevices: 2, validationError: 'x' })];
  assert.deepEqual(row(), ['-', '-', '-', '-', '-', 0, 'Pending', '<none>']);
  assert.deepEqual(row({ poolCount: 3, pools, conditions: [is('Complete')] }), [
    '6',
    '1',
    '0',
    '0',
    '1',
    3,
    'Complete (2/3 pools)',
    '60s',
  ]);
  assert.deepEqual(row({ poolCount: 0, conditions: [is('Failed')] }), ['-', '-', '-', '-', '-', 0, 'Failed', '<none>']);
});
