import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { BaseTableConfig } from './base-table.ts';
import { diffTables } from './nft-table.ts';
import { Ruleset } from './ruleset.ts';
import { anEndpoint, aService } from './service-builder.ts';
import type { ProxyService } from './service.ts';

const config: BaseTableConfig = {
  family: 'ip',
  podCIDRs: ['10.244.0.0/16'],
  serviceCIDRs: ['10.96.0.0/16'],
  masqueradeMark: 0x4000,
  nodePortAddresses: [],
};

const serviceOf = (name: string, pods: string[], more: Partial<ProxyService> = {}): ProxyService =>
  aService(
    pods.map((address) => anEndpoint(address, { port: 80 })),
    { name, clusterIP: `10.96.0.${name.charCodeAt(0)}`, ...more },
    { name: '' },
  );

const update = (ruleset: Ruleset, ...services: (ProxyService | string)[]): string => {
  const { before, after } = ruleset.update(
    services.map((s) => (typeof s === 'string' ? [`default/${s}`, undefined] : [s.key, s])),
  );
  return diffTables('ip t', before, after);
};

test('a service that stays as it is costs nothing', () => {
  const ruleset = new Ruleset(config);
  assert.notEqual(update(ruleset, serviceOf('a', ['10.244.0.2'])), '');
  assert.equal(update(ruleset, serviceOf('a', ['10.244.0.2'])), '');
});

test('a new endpoint rewrites one chain', () => {
  const ruleset = new Ruleset(config);
  update(ruleset, serviceOf('a', ['10.244.0.2']), serviceOf('b', ['10.244.0.3']));
  assert.deepEqual(
    update(ruleset, serviceOf('a', ['10.244.0.2', '10.244.0.4']))
      .trim()
      .split('\n'),
    [
      'flush chain ip t service-default/a/tcp/',
      'add rule ip t service-default/a/tcp/ meta l4proto tcp dnat ip to numgen random mod 2 map { 0 : 10.244.0.2 . 80, 1 : 10.244.0.4 . 80 }',
      'add element ip t hairpins { 10.244.0.4 . 10.244.0.4 }',
    ],
  );
});

test('a pod of two services stays a hairpin until both let it go', () => {
  const ruleset = new Ruleset(config);
  update(ruleset, serviceOf('a', ['10.244.0.2']), serviceOf('b', ['10.244.0.2']));
  assert.doesNotMatch(update(ruleset, 'a'), /hairpins/);
  assert.match(update(ruleset, 'b'), /delete element ip t hairpins \{ 10\.244\.0\.2 \. 10\.244\.0\.2 \}/);
});

test('of two services with one external address the first has it, and then the other', () => {
  const ruleset = new Ruleset(config);
  const externalIPs = ['192.0.2.1'];
  const first = update(ruleset, serviceOf('a', ['10.244.0.2'], { externalIPs }));
  assert.match(first, /192\.0\.2\.1 \. tcp \. 80 : goto external-default\/a\/tcp\//);
  assert.doesNotMatch(update(ruleset, serviceOf('b', ['10.244.0.3'], { externalIPs })), /192\.0\.2\.1/);
  assert.match(
    update(ruleset, 'a'),
    /add element ip t services \{ 192\.0\.2\.1 \. tcp \. 80 : goto external-default\/b/,
  );
});

test('property: the changes, one after the other, add up to the whole table', () => {
  const service = fc
    .record({
      name: fc.constantFrom('a', 'b', 'c'),
      pods: fc.uniqueArray(fc.constantFrom('10.244.0.2', '10.244.0.3', '10.244.0.4')),
      affinitySeconds: fc.constantFrom(0, 60),
      externalIPs: fc.uniqueArray(fc.constantFrom('192.0.2.1', '192.0.2.2')),
    })
    .map(({ name, pods, ...more }) => serviceOf(name, pods, more));
  const step = fc.oneof(service, fc.constantFrom('a', 'b', 'c'));
  fc.assert(
    fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
      const ruleset = new Ruleset(config);
      const seen = ruleset.table();
      for (const s of steps) {
        const { before, after } = ruleset.update([typeof s === 'string' ? [`default/${s}`, undefined] : [s.key, s]]);
        for (const name of before.chains.keys()) if (!after.chains.has(name)) seen.chains.delete(name);
        for (const [name, chain] of after.chains) seen.chains.set(name, chain);
        for (const [name, { elements }] of before.sets) {
          if (!after.sets.has(name)) seen.sets.delete(name);
          for (const key of elements.keys()) seen.sets.get(name)?.elements.delete(key);
        }
        for (const [name, set] of after.sets) {
          if (!seen.sets.has(name)) seen.sets.set(name, { ...set, elements: new Map() });
          for (const [key, value] of set.elements) seen.sets.get(name)!.elements.set(key, value);
        }
      }
      assert.deepEqual(seen, ruleset.table());
    }),
  );
});
