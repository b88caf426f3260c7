import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type KubeObject, lineOf } from '../../machinery/index.ts';
import { decode } from '../../schema/index.ts';
import { resourceClaimTemplateV1Beta1, resourceClaimV1Beta1, resourceSliceV1Beta1 } from './v1beta1.ts';

type Json = Record<string, unknown>;
const context = { now: Date.UTC(2026, 0, 1), warn: () => {} };
const metadata = { name: 'x' };
const exact = { name: 'one', deviceClassName: 'gpu', adminAccess: true, capacity: { requests: { memory: '1Gi' } } };
const several = { name: 'any', firstAvailable: [{ name: 'a', deviceClassName: 'gpu' }] };
const aClaim = (requests: Json[]): KubeObject =>
  decode(resourceClaimV1Beta1.schema.shape, { metadata, spec: { devices: { requests } } }) as KubeObject;
const requestsOf = (claim: KubeObject): unknown =>
  (claim as unknown as { spec: { devices: { requests: unknown } } }).spec.devices.requests;

test('a request that is for one kind of device says it below `exactly` in the stored form', () => {
  const hubOf = resourceClaimV1Beta1.hub!;
  const claim = aClaim([exact, several]);
  const hub = hubOf.toHub(claim);
  assert.equal(hub.apiVersion, 'resource.k8s.io/v1');
  const { name: _, ...below } = exact;
  assert.deepEqual(requestsOf(hub), [
    { name: 'one', exactly: { ...below, allocationMode: 'ExactCount', count: 1 } },
    { name: 'any', firstAvailable: [{ ...several.firstAvailable[0], allocationMode: 'ExactCount', count: 1 }] },
  ]);
  assert.deepEqual(
    JSON.stringify(hubOf.fromHub(hub)),
    JSON.stringify({ ...claim, apiVersion: 'resource.k8s.io/v1beta1' }),
  );
  const template = { metadata, spec: { spec: { devices: { requests: [exact] } } } };
  const decoded = decode(resourceClaimTemplateV1Beta1.schema.shape, template) as KubeObject;
  const back = resourceClaimTemplateV1Beta1.hub!.fromHub(resourceClaimTemplateV1Beta1.hub!.toHub(decoded));
  assert.deepEqual({ ...back, apiVersion: undefined }, { ...decoded, apiVersion: undefined });
});

test('errors speak of the stored form', () => {
  const lines = (claim: KubeObject) => [...resourceClaimV1Beta1.validate!(claim)].map(lineOf);
  assert.deepEqual(lines(aClaim([{ ...exact, count: -1 }])), [
    'spec.devices.requests[0].exactly.count: Invalid value: -1: must be greater than zero',
  ]);
  assert.deepEqual(lines(aClaim([{ name: 'nothing' }])), [
    'spec.devices.requests[0]: Required value: exactly one of `exactly` or `firstAvailable` is required',
  ]);
});

test('what was sent empty is told apart from what was not sent', () => {
  const aSlice = (spec: Json): KubeObject =>
    decode(resourceSliceV1Beta1.schema.shape, {
      metadata,
      spec: { driver: 'd', pool: { name: 'p', generation: 1, resourceSliceCount: 1 }, nodeName: 'n', ...spec },
    }) as KubeObject;
  const lines = (spec: Json) => [...resourceSliceV1Beta1.validate!(aSlice(spec))].map(lineOf);
  const bindingFailureConditions = ['a'];
  assert.deepEqual(lines({ devices: [{ name: 'a', basic: {} }] }), []);
  assert.deepEqual(lines({ devices: [{ name: 'a', basic: {} }], sharedCounters: [] }), [
    'spec: Invalid value: "": only one of `sharedCounters` or `devices` is allowed',
  ]);
  assert.deepEqual(lines({ devices: [{ name: 'a', basic: { bindingConditions: [], bindingFailureConditions } }] }), [
    'spec.devices[0].bindingConditions: Invalid value: []: bindingConditions are required to use bindingFailureConditions',
  ]);
});

test('what is done to the stored form is done to this one', () => {
  const taint = { key: 'k', effect: 'NoSchedule' };
  const slice = decode(resourceSliceV1Beta1.schema.shape, {
    metadata,
    spec: {
      driver: 'd.example.com',
      pool: { name: 'p', generation: 1, resourceSliceCount: 1 },
      nodeName: 'n',
      devices: [{ name: 'a', basic: { taints: [taint], attributes: { x: { ints: [1] } } } }],
    },
  }) as KubeObject & { spec: { devices: unknown } };
  resourceSliceV1Beta1.prepareForCreate!(slice, context);
  assert.deepEqual(slice.spec.devices, [
    { name: 'a', basic: { attributes: { x: {} }, taints: [{ ...taint, timeAdded: '2026-01-01T00:00:00Z' }] } },
  ]);
  assert.equal(slice.apiVersion, undefined);
  const read = resourceSliceV1Beta1.fieldSelectors!['spec.nodeName']!;
  assert.equal(read(slice), 'n');
});
