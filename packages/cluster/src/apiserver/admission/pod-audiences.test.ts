import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Pod } from '@tiphys/sdk/api';
import type { ClusterObjects } from './cluster-objects.ts';
import { podAudiences } from './pod-audiences.ts';

const claim = (volumeName: string) => ({ spec: { volumeName } });
const there: Record<string, unknown> = {
  'ns/good': claim('csi'),
  'ns/lost': claim('gone'),
  'ns/unbound': claim(''),
  'ns/p-scratch': claim('csi'),
  'ns/disk': claim('disk'),
  'ns/shared': claim('shared'),
  'ns/local': claim('local'),
  '/csi': { spec: { csi: { driver: 'd' } } },
  '/disk': { spec: { azureDisk: { kind: 'Managed' } } },
  '/shared': { spec: { azureDisk: { kind: 'Shared' } } },
  '/local': { spec: { hostPath: { path: '/x' } } },
  '/d': { spec: { tokenRequests: [{ audience: 'vault' }, { audience: 'store' }] } },
  '/disk.csi.azure.com': { spec: { tokenRequests: [{ audience: 'azure' }] } },
};
const objects = {
  get: (_: unknown, namespace: string, name: string) => Promise.resolve(there[`${namespace}/${name}`]),
} as unknown as ClusterObjects;
const claimed = (claimName: string) => ({ name: claimName, persistentVolumeClaim: { claimName } });

const cases: [string, unknown[], string[], string[]][] = [
  ['nothing', [], [], []],
  ['a projected token', [{ projected: { sources: [{ serviceAccountToken: { audience: 'a' } }] } }], ['a'], []],
  ['one for the API server', [{ projected: { sources: [{ serviceAccountToken: {} }] } }], [''], []],
  ['what the driver of a claimed volume asks for', [claimed('good')], ['vault', 'store'], []],
  ['of a volume of its own', [{ name: 'scratch', ephemeral: {} }], ['vault', 'store'], []],
  ['of one written in the pod', [{ csi: { driver: 'd' } }], ['vault', 'store'], []],
  ['of one that a driver serves now', [claimed('disk')], ['azure'], []],
  ['of one that has no driver', [claimed('local')], [], []],
  ['of a disk no driver takes', [claimed('shared')], [], ['kind(Shared) is not supported in csi migration']],
  ['no claim', [claimed('nope')], [], ['persistentvolumeclaim "nope" not found']],
  [
    'no volume',
    [claimed('lost'), claimed('unbound')],
    [],
    ['persistentvolume "gone" not found', 'persistentvolume "" not found'],
  ],
  ['no driver', [{ csi: { driver: 'no' } }], [], ['csidriver.storage.k8s.io "no" not found']],
  ['the same trouble twice', [claimed('nope'), claimed('nope')], [], ['persistentvolumeclaim "nope" not found']],
];
for (const [what, volumes, wanted, problems] of cases) {
  test(what, async () => {
    const pod = { metadata: { name: 'p', namespace: 'ns' }, spec: { volumes } } as unknown as Pod;
    const found = await podAudiences(pod, objects);
    assert.deepEqual([...found.wanted], wanted);
    assert.deepEqual(found.problems, problems);
  });
}
