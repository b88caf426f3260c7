import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { it } from 'node:test';
import type { AnyMessage } from '../../grpc/index.ts';
import { clusterService, kvService, leaseService, maintenanceService, watchService } from './messages.ts';

type FactField = [name: string, number: number, type: string, label?: string];
interface FactPackage {
  messages: Record<string, FactField[]>;
  enums: Record<string, Record<string, number>>;
  services: Record<string, [name: string, request: string, response: string, streams: string][]>;
}

const factsFile = new URL('../../../../../../shared/facts/etcd.json', import.meta.url);
const skip = existsSync(factsFile) ? false : 'the published description of etcd (../shared/facts) is not here';

it('the declaration of etcd agrees with the published one in every number and type', { skip }, () => {
  const { etcdserverpb, mvccpb } = (
    JSON.parse(readFileSync(factsFile, 'utf8')) as { packages: Record<string, FactPackage> }
  ).packages;
  const messages = { ...mvccpb!.messages, ...etcdserverpb!.messages };
  const enums = { ...mvccpb!.enums, ...etcdserverpb!.enums };
  const last = (type: string) => type.split('.').at(-1)!;
  const plain = (name: string) => name.replaceAll('_', '').toLowerCase();
  const seen = new Set<string>();
  const check = ({ name, fields }: AnyMessage) => {
    if (seen.has(name)) return;
    seen.add(name);
    for (const [field, [number, word]] of Object.entries(fields)) {
      const fact = messages[name]?.find((f) => f[1] === number);
      assert.ok(fact, `${name}.${field}: no field ${number}`);
      assert.equal(plain(field), plain(fact[0]), `${name}.${field}`);
      assert.equal(word.type, last(fact[2]), `${name}.${field}`);
      assert.equal(word.label ?? '', fact[3] ?? '', `${name}.${field}`);
      if (word.message) check(word.message);
      if (word.enumeration) {
        const [, values] = Object.entries(enums).find(([n]) => last(n) === word.type)!;
        assert.deepEqual({ ...word.enumeration }, values);
      }
    }
  };
  for (const { name, methods } of [kvService, watchService, leaseService, maintenanceService, clusterService]) {
    for (const m of Object.values(methods)) {
      const [, request, response, streams] = etcdserverpb!.services[name]!.find((f) => f[0] === m.name)!;
      assert.deepEqual([m.request.name, m.response.name], [request, response]);
      assert.equal(m.streams, { unary: 'none', server: 'response', bidi: 'both' }[streams]);
      check(m.request);
      check(m.response);
    }
  }
  assert.ok(seen.size > 40);
});
