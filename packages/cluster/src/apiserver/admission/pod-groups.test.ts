import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { kindsServedBy } from '../kinds.ts';
import { parseRuntimeConfig } from '../runtime-config.ts';
import { type Answer, serverScene, type ServerScene } from '../server-scene.ts';

let scene: ServerScene;
before(async () => {
  const config = parseRuntimeConfig('api/all=true');
  scene = await serverScene(
    {},
    kindsServedBy({ config, gates: new Set(['GenericWorkload', 'WorkloadAwarePreemption']) }),
  );
  await scene.given({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'ns' } });
});
after(() => scene.stop());

const schedulingPolicy = { gang: { minCount: 2 } };
const place = '/apis/scheduling.k8s.io/v1alpha2/namespaces/ns';
const tryGroup = (spec: Record<string, unknown>, metadata: Record<string, unknown> = {}): Promise<Answer> =>
  scene.ask('POST', `${place}/podgroups?dryRun=All`, { metadata: { name: 'g', ...metadata }, spec });

test('a group is kept until its last pod has gone', async () => {
  const finalizersOf = async (finalizers?: string[]) => {
    const { body } = await tryGroup({ schedulingPolicy }, finalizers && { finalizers });
    return (body as { metadata: { finalizers: string[] } }).metadata.finalizers;
  };
  const protection = 'scheduling.k8s.io/podgroup-protection';
  assert.deepEqual(await finalizersOf(), [protection]);
  assert.deepEqual(await finalizersOf(['example.com/a']), ['example.com/a', protection]);
  assert.deepEqual(await finalizersOf([protection]), [protection]);
});

test('a group is made from a template that is there', async () => {
  const template = { name: 'workers', schedulingPolicy };
  const made = await scene.ask('POST', `${place}/workloads`, {
    metadata: { name: 'w' },
    spec: { podGroupTemplates: [template] },
  });
  assert.equal(made.status, 201);
  const said = async (workloadName: string, podGroupTemplateName: string) => {
    const { status, body } = await tryGroup({
      schedulingPolicy,
      podGroupTemplateRef: { workload: { workloadName, podGroupTemplateName } },
    });
    return status === 201 ? 'made' : (body as { message: string }).message;
  };
  const refused = 'podgroups.scheduling.k8s.io "g" is forbidden: PodGroup rejected:';
  assert.equal(await said('w', 'workers'), 'made');
  assert.equal(await said('w', 'x'), `${refused} PodGroupTemplate "x" not found in Workload "w"`);
  assert.equal(await said('x', 'workers'), `${refused} Workload "x" not found`);
});

test('a group has the priority of its class', async () => {
  const made = await scene.ask('POST', '/apis/scheduling.k8s.io/v1/priorityclasses', {
    metadata: { name: 'high' },
    value: 7,
  });
  assert.equal(made.status, 201);
  const priorityOf = ({ body }: Answer) => (body as { spec: { priority: number } }).spec.priority;
  assert.equal(priorityOf(await tryGroup({ schedulingPolicy })), 0);
  assert.equal(priorityOf(await tryGroup({ schedulingPolicy, priorityClassName: 'high' })), 7);
  const refused = await tryGroup({ schedulingPolicy, priorityClassName: 'high', priority: 8 });
  assert.equal(
    (refused.body as { message: string }).message,
    'podgroups.scheduling.k8s.io "g" is forbidden: priority set in the pod group (8) must match the priority computed (7) based on the priority class set in the spec',
  );
});
