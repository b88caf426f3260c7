import assert from 'node:assert/strict';
import { test } from 'node:test';
import { endpointSlice, type Endpoint, type EndpointSlice, type EndpointSlicePort } from '@tiphys/sdk/api';
import { anObject } from '@tiphys/sdk/testing';
import fc from 'fast-check';
import { type Group, packSlices, sameContent, type SlicePlan, withPlaceholder } from './pack.ts';

const http: EndpointSlicePort[] = [{ name: 'http', protocol: 'TCP', port: 80 }];
const dns: EndpointSlicePort[] = [{ name: 'dns', protocol: 'UDP', port: 53 }];
const endpoint = (n: number, ready = true): Endpoint => ({
  addresses: [`10.0.${n >> 8}.${n & 255}`],
  conditions: { ready, serving: ready, terminating: false },
  targetRef: { kind: 'Pod', namespace: 'default', name: `p${n}`, uid: `uid-${n}` },
});
const group = (endpoints: Endpoint[], ports = http): Group => ({ addressType: 'IPv4', ports, endpoints });
const slice = (endpoints: Endpoint[], ports = http): EndpointSlice =>
  anObject(endpointSlice, { addressType: 'IPv4', endpoints, ports }, {});
const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => endpoint(from + i));

const contents = (plan: SlicePlan) => [...plan.create, ...plan.keep.map((k) => k.content)];
const changed = (plan: SlicePlan) => plan.keep.filter((k) => !sameContent(k.slice, k.content)).length;

test('new endpoints fill new slices of a hundred', () => {
  const plan = packSlices([], [group(range(0, 250))]);
  assert.deepEqual(
    plan.create.map((c) => c.endpoints?.length),
    [100, 100, 50],
  );
});

test('one endpoint that changes costs one write', () => {
  const existing = [slice(range(0, 100)), slice(range(100, 200))];
  const endpoints = range(0, 200);
  endpoints[150] = endpoint(150, false);
  const plan = packSlices(existing, [group(endpoints)]);
  assert.deepEqual([plan.create.length, plan.remove.length, changed(plan)], [0, 0, 1]);
});

test('new endpoints go where room is, best into a slice that changes anyway', () => {
  const existing = [slice(range(0, 50)), slice(range(50, 100))];
  const endpoints = [...range(0, 50), ...range(60, 110)];
  const plan = packSlices(existing, [group(endpoints)]);
  assert.equal(changed(plan), 1);
  assert.equal(plan.create.length, 0);
});

test('what is left goes as a whole into the fullest slice that has room for it, else into a new one', () => {
  const existing = [slice(range(0, 40)), slice(range(100, 170)), slice(range(200, 295))];
  const sizes = (more: number) => {
    const kept = existing.flatMap((s) => s.endpoints ?? []);
    const plan = packSlices(existing, [group([...kept, ...range(300, 300 + more)])]);
    return contents(plan)
      .map((c) => c.endpoints?.length)
      .toSorted((a, b) => a! - b!);
  };
  assert.deepEqual(sizes(20), [40, 90, 95]);
  assert.deepEqual(sizes(70), [40, 70, 70, 95]);
  assert.deepEqual(sizes(105), [40, 70, 100, 100]);
});

test('ports stand in the order that a controller manager gives them', () => {
  const ports = ['tcp', 'udp', 'a', 'b', 'http', 'grpc'].map((name, i): EndpointSlicePort => ({
    name,
    port: i % 2 ? 8000 + i : 80 + i,
    protocol: name === 'udp' ? 'UDP' : 'TCP',
    ...(name === 'http' && { appProtocol: 'h2c' }),
  }));
  assert.deepEqual(
    packSlices([], [group(range(0, 1), ports)]).create[0]?.ports?.map((p) => p.name),
    ['tcp', 'grpc', 'b', 'udp', 'http', 'a'],
  );
});

test('a slice of other ports is used again rather than one made and one removed', () => {
  const plan = packSlices([slice(range(0, 3), dns)], [group(range(0, 3))]);
  assert.deepEqual([plan.create.length, plan.remove.length, plan.keep.length], [0, 0, 1]);
  assert.deepEqual(plan.keep[0]?.content.ports, http);
});

test('nothing to tell is told by one empty slice, which then stays as it is', () => {
  const first = withPlaceholder(packSlices([], []), 'IPv4');
  assert.deepEqual(first.create, [{ addressType: 'IPv4', endpoints: null, ports: null }]);
  const empty = anObject(endpointSlice, { addressType: 'IPv4', endpoints: null, ports: null }, {});
  const again = withPlaceholder(packSlices([empty], []), 'IPv4');
  assert.deepEqual([again.create.length, again.remove.length, changed(again)], [0, 0, 0]);
  const emptied = withPlaceholder(packSlices([slice(range(0, 3)), slice(range(3, 6))], []), 'IPv4');
  assert.deepEqual([emptied.create.length, emptied.remove.length, changed(emptied)], [0, 1, 1]);
});

test('whatever was there, every endpoint is in exactly one slice and no slice is too large', () => {
  const some = fc.uniqueArray(fc.integer({ min: 0, max: 400 }), { maxLength: 300 });
  fc.assert(
    fc.property(fc.array(some, { maxLength: 4 }), some, some, (before, a, b) => {
      const existing = before.map((ids, i) =>
        slice(
          ids.slice(0, 100).map((n) => endpoint(n)),
          i % 2 ? http : dns,
        ),
      );
      const groups = [
        group(a.map((n) => endpoint(n))),
        group(
          b.map((n) => endpoint(n)),
          dns,
        ),
      ];
      const plan = packSlices(existing, groups);
      for (const { ports, endpoints } of groups) {
        const slices = contents(plan).filter((c) => c.ports?.[0]?.name === ports[0]?.name);
        const told = slices.flatMap((c) => c.endpoints?.map((e) => e.targetRef?.uid) ?? []);
        assert.equal(told.length, endpoints.length);
        assert.deepEqual(new Set(told), new Set(endpoints.map((e) => e.targetRef?.uid)));
        assert.ok(slices.every((c) => (c.endpoints?.length ?? 0) <= 100));
      }
      assert.equal(plan.keep.length + plan.remove.length, existing.length);
    }),
    { numRuns: 50 },
  );
});
