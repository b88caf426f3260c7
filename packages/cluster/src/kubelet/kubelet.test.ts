import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lease as leaseKind, node as nodeKind, pod as podKind } from '@tiphys/sdk/api';
import { isReady, KubeletScene, mainOf } from './kubelet-scene.ts';

const app = { name: 'main', image: 'app:1' };

test('a node registers itself, says that it is ready, and keeps its lease', async () => {
  await using scene = await new KubeletScene().start();
  const node = await scene.client.get(nodeKind, { metadata: { name: 'node-1' } });
  assert.equal(node.metadata.labels?.['kubernetes.io/hostname'], 'node-1');
  assert.equal(node.status.nodeInfo.containerRuntimeVersion, 'fake://1.0.0');
  assert.deepEqual(
    node.status.conditions?.map((c) => `${c.type}=${c.status}`),
    ['MemoryPressure=False', 'DiskPressure=False', 'PIDPressure=False', 'Ready=True'],
  );
  const lease = () => scene.client.get(leaseKind, { metadata: { namespace: 'kube-node-lease', name: 'node-1' } });
  const first = (await lease()).spec.renewTime;
  await scene.clock.advance(25_000);
  assert.notEqual((await lease()).spec.renewTime, first);
});

test('a pod runs, and its status says so as upstream does', async () => {
  await using scene = await new KubeletScene().start();
  await scene.create({ spec: { containers: [app] } });
  const pod = await scene.podWhen(isReady);
  const { status } = pod;
  assert.equal(status.phase, 'Running');
  assert.equal(status.hostIP, '192.168.0.1');
  assert.match(status.podIP ?? '', /^10\.88\./);
  assert.equal(status.qosClass, 'BestEffort');
  assert.deepEqual(
    status.conditions?.map((c) => `${c.type}=${c.status}`),
    ['PodReadyToStartContainers=True', 'Initialized=True', 'Ready=True', 'ContainersReady=True', 'PodScheduled=True'],
  );
  const main = mainOf(pod)!;
  assert.ok(main.state.running);
  assert.equal(main.started, true);
  assert.match(main.containerID ?? '', /^fake:\/\/[0-9a-f]{64}$/);
  assert.deepEqual(await scene.events(), [
    'Pulled: Container image "app:1" already present on machine and can be accessed by the pod',
    'Created: Container created',
    'Started: Container started',
  ]);
});

test('a deleted pod gets its grace, and goes from the server when nothing of it is left', async () => {
  await using scene = await new KubeletScene().start();
  await scene.create({ spec: { containers: [app], terminationGracePeriodSeconds: 20 } });
  await scene.podWhen(isReady);
  await scene.client.delete(podKind, { metadata: { namespace: 'default', name: 'web' } });
  await scene.until(async () => !(await scene.pod()));
  await scene.clock.advance(1000);
  const signal = new AbortController().signal;
  assert.deepEqual(await scene.runtime.listPodSandboxes({}, { signal }), []);
  assert.deepEqual(await scene.host.files.list(), []);
  assert.ok((await scene.events()).includes('Killing: Stopping container main'));
});

test('a container that keeps ending is started ever more seldom, and says why', async () => {
  await using scene = await new KubeletScene({ program: async () => 3 }).start();
  await scene.create({ spec: { containers: [app] } });
  const pod = await scene.podWhen((p) => mainOf(p)?.state.waiting?.reason === 'CrashLoopBackOff');
  const { uid } = pod.metadata;
  assert.equal(
    mainOf(pod)?.state.waiting?.message,
    `back-off 10s restarting failed container=main pod=web_default(${uid})`,
  );
  assert.equal(mainOf(pod)?.lastState.terminated?.exitCode, 3);
  assert.equal(mainOf(pod)?.lastState.terminated?.reason, 'Error');
  assert.equal(pod.status.phase, 'Running');
  const starts: number[] = [];
  for (let i = 2; i <= 7; i++) {
    await scene.podWhen((p) => (mainOf(p)?.restartCount ?? 0) >= i, 400_000);
    starts.push(scene.clock.monotonic());
  }
  const gaps = starts.slice(1).map((at, i) => Math.round((at - starts[i]!) / 10_000) * 10);
  assert.deepEqual(gaps, [20, 40, 80, 160, 300]);
  assert.ok(
    (await scene.events()).includes(`BackOff: Back-off restarting failed container main in pod web_default(${uid})`),
  );
});

test('an image that does not exist is told of, and tried again later', async () => {
  await using scene = await new KubeletScene().start();
  await scene.create({ spec: { containers: [{ name: 'main', image: 'nowhere:1' }] } });
  const failed = await scene.podWhen((p) => mainOf(p)?.state.waiting?.reason === 'ErrImagePull');
  assert.match(mainOf(failed)?.state.waiting?.message ?? '', /nowhere:1: not found$/);
  assert.equal(failed.status.phase, 'Pending');
  const waiting = await scene.podWhen((p) => mainOf(p)?.state.waiting?.reason === 'ImagePullBackOff');
  assert.match(mainOf(waiting)?.state.waiting?.message ?? '', /^Back-off pulling image "nowhere:1": ErrImagePull: /);
  scene.runtime.images.publish('nowhere:1');
  await scene.podWhen(isReady);
  const events = await scene.events();
  assert.ok(events.includes('Failed: Error: ErrImagePull'));
  assert.ok(events.includes('Failed: Error: ImagePullBackOff'));
  assert.ok(
    events.some((e) => /^Pulled: Successfully pulled image "nowhere:1" in .* Image size: 1000000 bytes\.$/.test(e)),
  );
});

test('a pod that is to run once ends as its containers did', async () => {
  const program = async ({ command }: { command: readonly string[] }) => (command[0] === 'fail' ? 1 : 0);
  for (const [command, phase] of [
    ['ok', 'Succeeded'],
    ['fail', 'Failed'],
  ] as const) {
    await using scene = await new KubeletScene({ program }).start();
    await scene.create({ spec: { restartPolicy: 'Never', containers: [{ ...app, command: [command] }] } });
    const pod = await scene.podWhen((p) => p.status.phase === phase);
    assert.equal(mainOf(pod)?.state.terminated?.exitCode, phase === 'Failed' ? 1 : 0);
    assert.equal(mainOf(pod)?.restartCount, 0);
    const ready = pod.status.conditions?.find((c) => c.type === 'Ready');
    assert.equal(ready?.reason, phase === 'Failed' ? 'PodFailed' : 'PodCompleted');
  }
});

test('an agent that starts again finds its containers and starts none twice', async () => {
  await using scene = await new KubeletScene().start();
  await scene.create({ spec: { containers: [app, { name: 'side', image: 'app:1' }] } });
  const before = await scene.podWhen(isReady);
  const ids = scene.runtime.running().map((c) => c.id);
  await scene.stop();
  await scene.clock.advance(5000);
  await scene.start();
  await scene.clock.advance(30_000);
  assert.deepEqual(
    scene.runtime.running().map((c) => c.id),
    ids,
  );
  const after = await scene.pod();
  assert.deepEqual(after?.status.containerStatuses, before.status.containerStatuses);
});

test('what is left of pods that the server no longer has is ended', async () => {
  await using scene = await new KubeletScene().start();
  await scene.create({ spec: { containers: [app] } });
  await scene.podWhen(isReady);
  await scene.stop();
  await scene.client.delete(podKind, { metadata: { namespace: 'default', name: 'web' } }, { gracePeriodSeconds: 0 });
  await scene.start();
  await scene.clock.advance(5000);
  assert.deepEqual(scene.runtime.running(), []);
});

test('a runtime that goes away and comes back costs no pod its life', async () => {
  await using scene = await new KubeletScene().start();
  await scene.create({ spec: { containers: [app] } });
  await scene.podWhen(isReady);
  const [before] = scene.runtime.running();
  scene.runtime.isDown = true;
  const isUnready = async () => {
    const node = await scene.client.get(nodeKind, { metadata: { name: 'node-1' } });
    return node.status.conditions?.find((c) => c.type === 'Ready')?.status === 'False';
  };
  await scene.until(isUnready);
  scene.runtime.isDown = false;
  await scene.until(async () => !(await isUnready()));
  await scene.clock.advance(60_000);
  assert.equal(scene.runtime.running()[0]?.id, before?.id);
  assert.ok(isReady((await scene.pod())!));
});

test('an agent that ends its pods with itself starts them again with the next', async () => {
  await using scene = await new KubeletScene().start();
  await scene.create({ spec: { containers: [app] } });
  const before = await scene.podWhen(isReady);
  scene.endsPods = true;
  await scene.stop();
  assert.deepEqual(scene.runtime.running(), []);
  assert.equal((await scene.pod())?.status.phase, 'Running');
  scene.endsPods = false;
  await scene.start();
  const after = await scene.podWhen((p) => isReady(p) && mainOf(p)?.restartCount === 1);
  assert.equal(after.metadata.uid, before.metadata.uid);
  assert.equal(scene.runtime.running().length, 1);
});

test('a node refuses what it has no room for, and keeps what runs', async () => {
  await using scene = await new KubeletScene().start();
  const large = { ...app, resources: { requests: { cpu: '3' } } };
  await scene.create({ spec: { containers: [large] } });
  await scene.podWhen(isReady);
  await scene.create({ metadata: { name: 'late' }, spec: { containers: [large] } });
  await scene.until(async () => (await scene.pod('late'))?.status.phase === 'Failed');
  const { status } = (await scene.pod('late'))!;
  assert.equal(status.reason, 'OutOfcpu');
  const why = "Node didn't have enough resource: cpu, requested: 3000, used: 3000, capacity: 4000";
  assert.equal(status.message, `Pod was rejected: ${why}`);
  assert.equal(status.containerStatuses, undefined);
  assert.ok((await scene.events()).includes(`OutOfcpu: ${why}`));
  await scene.stop();
  await scene.start();
  await scene.clock.advance(10_000);
  assert.ok(isReady((await scene.pod())!));
});
