import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decode, internalValue, type Struct } from '../../../schema/index.ts';
import { container } from './container.ts';
import { volume } from './volume.ts';

const inside = <O, M>(of: Struct<O, M>, written: M) => internalValue(of, decode(of.shape, written) as O) as Members;
type Members = Record<string, Record<string, unknown> | null>;

test('structs are shown under the names, and in the order, that they have inside', () => {
  const { LivenessProbe: probe } = inside(container, {
    name: 'c',
    livenessProbe: { httpGet: { port: 1, httpHeaders: [{ name: 'a', value: 'b' }] } },
  });
  assert.deepEqual(Object.keys(probe!).slice(0, 4), ['Exec', 'HTTPGet', 'TCPSocket', 'GRPC']);
  assert.deepEqual((probe!['HTTPGet'] as Members)['HTTPHeaders'], [{ Name: 'a', Value: 'b' }]);

  const source = inside(volume, { name: 'v', rbd: { monitors: ['m'], image: 'i', pool: 'p', user: 'u' } });
  const names = Object.keys(source);
  assert.equal(names.indexOf('Quobyte'), names.indexOf('RBD') + 1);
  const { CephMonitors, RBDImage, RBDPool, RadosUser } = source['RBD']!;
  assert.deepEqual([CephMonitors, RBDImage, RBDPool, RadosUser], [['m'], 'i', 'p', 'u']);
  assert.ok('EndpointsName' in inside(volume, { name: 'v', glusterfs: { endpoints: 'e', path: 'p' } })['Glusterfs']!);
});
