import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { lease, node as nodeKind, pod as podKind, type Pod } from '@tiphys/sdk/api';
import { SharedCache } from '@tiphys/sdk/cache';
import { group, nullLogger, seededRandom } from '@tiphys/sdk/runtime';
import { aPod, FakeClient, SimClock } from '@tiphys/sdk/testing';
import { PodAddresses } from './addresses.ts';
import { behaviourOf, durationMs } from './behaviour.ts';
import { defaultSimNodesConfig, runSimNodes, type SimNodesConfig } from './index.ts';
import { endedStatus, runningStatus } from './pod-status.ts';

test('durations', () => {
  const cases: [text: string | undefined, ms: number | undefined][] = [
    ['250ms', 250],
    ['1.5s', 1500],
    ['2m', 120_000],
    ['1h', 3_600_000],
    ['0s', 0],
    ['5', undefined],
    ['-1s', undefined],
    ['s', undefined],
    [undefined, undefined],
  ];
  for (const [text, ms] of cases) assert.equal(durationMs(text), ms, text);
});

test('how a pod behaves: as it says, else by its restart policy', () => {
  const behaviour = (annotations: Record<string, string>, restartPolicy: 'Always' | 'Never' = 'Always') => {
    const { runMs, exitCode } = behaviourOf(
      aPod({ metadata: { annotations }, spec: { restartPolicy } }),
      defaultSimNodesConfig,
    );
    return [runMs, exitCode];
  };
  assert.deepEqual(behaviour({}), [undefined, 0]);
  assert.deepEqual(behaviour({}, 'Never'), [defaultSimNodesConfig.runMs, 0]);
  assert.deepEqual(behaviour({ 'sim.tiphys.dev/run-for': '5s' }), [5000, 0]);
  assert.deepEqual(behaviour({ 'sim.tiphys.dev/exit-code': '2' }), [defaultSimNodesConfig.runMs, 2]);
  assert.deepEqual(behaviour({ 'sim.tiphys.dev/exit-code': 'x' }), [defaultSimNodesConfig.runMs, 1]);
});

test('addresses are given once, kept by who has them, and given again when they are back', () => {
  const network = new PodAddresses('10.1.0.0/29');
  const given = ['a', 'b', 'c', 'd', 'e'].map((uid) => network.of(uid));
  assert.deepEqual(given, ['10.1.0.2', '10.1.0.3', '10.1.0.4', '10.1.0.5', '10.1.0.6']);
  assert.equal(network.of('f'), undefined);
  assert.equal(network.of('c'), '10.1.0.4');
  network.release('c');
  assert.equal(network.of('g', '10.1.0.3'), '10.1.0.4', 'one that is taken is not given for the asking');
  const fresh = new PodAddresses('10.1.0.0/29');
  assert.equal(fresh.of('x', '10.1.0.5'), '10.1.0.5', 'a pod of an earlier life keeps its own');
});

describe('statuses', () => {
  const facts = { hostIP: '100.64.0.1', podIP: '10.1.0.2', nowMs: 0 };
  const withStatus = (pod: Pod, status: Pod['status']): Pod => ({ ...pod, status });

  test('a running pod is ready unless a gate is closed', () => {
    const ready = (pod: Pod) => runningStatus(pod, facts).conditions?.find((c) => c.type === 'Ready');
    assert.equal(ready(aPod())?.status, 'True');
    const gated = ready(aPod({ spec: { readinessGates: [{ conditionType: 'x' }] } }));
    assert.deepEqual([gated?.status, gated?.reason], ['False', 'ReadinessGatesNotReady']);
  });

  test('init containers have ended, sidecars run', () => {
    const initContainers = [
      { name: 'first', image: 'i' },
      { name: 'side', image: 'i', restartPolicy: 'Always' },
    ];
    const { initContainerStatuses = [] } = runningStatus(aPod({ spec: { initContainers } }), facts);
    assert.deepEqual(
      initContainerStatuses.map((s) => Object.keys(s.state!)),
      [['terminated'], ['running']],
    );
  });

  test('an end with a code, and one that is not the last', () => {
    const pod = withStatus(aPod(), runningStatus(aPod(), facts));
    const failed = endedStatus(pod, facts, { exitCode: 3 });
    assert.equal(failed.phase, 'Failed');
    assert.equal(failed.containerStatuses?.[0]?.state?.terminated?.exitCode, 3);
    const crashed = endedStatus(pod, facts, { exitCode: 3, restartsInMs: 80_000 });
    assert.equal(crashed.phase, 'Running');
    assert.equal(crashed.containerStatuses?.[0]?.state?.waiting?.reason, 'CrashLoopBackOff');
    assert.match(crashed.containerStatuses?.[0]?.state?.waiting?.message ?? '', /^back-off 1m20s restarting/);
    const again = runningStatus(withStatus(pod, crashed), facts, 1).containerStatuses?.[0];
    assert.deepEqual([again?.restartCount, again?.lastState?.terminated?.exitCode], [1, 3]);
  });
});

describe('nodes in simulated time', () => {
  /** Nodes over a server in memory; resolves when they are there. */
  async function scene(config: Partial<SimNodesConfig>, story: (s: Scene) => Promise<void>): Promise<void> {
    const clock = new SimClock();
    const random = seededRandom(1);
    const client = new FakeClient({ clock, random });
    await using tasks = group();
    const cache = new SharedCache({ client, clock, random, log: nullLogger }, tasks.signal);
    tasks.go(() => cache.done());
    const whole = { ...defaultSimNodesConfig, ...config };
    tasks.go((s) => runSimNodes({ cache, clientOf: () => client, clock, random, log: nullLogger, config: whole }, s));
    await clock.advance(1000);
    await story({ clock, client });
  }
  interface Scene {
    readonly clock: SimClock;
    readonly client: FakeClient;
  }
  const bound = (more: object = {}) => ({
    metadata: { namespace: 'default', name: 'p' },
    spec: { nodeName: 'sim-1', hostNetwork: true, containers: [{ name: 'c', image: 'i' }], ...more },
  });
  const find = async ({ client }: Scene) => client.get(podKind, { metadata: { namespace: 'default', name: 'p' } });

  test('they register, are ready, and renew their leases in turn', async () => {
    await scene({ count: 50 }, async ({ clock, client }) => {
      const { items } = await client.list(nodeKind);
      assert.equal(items.length, 50);
      assert.ok(items.every((n) => n.status.conditions?.some((c) => c.type === 'Ready' && c.status === 'True')));
      const times = async () => (await client.list(lease)).items.map((l) => l.spec.renewTime);
      const before = await times();
      assert.equal(before.length, 50);
      await clock.advance(12_000);
      const after = await times();
      assert.ok(
        after.every((time, i) => time !== before[i]),
        'each has its turn in ten seconds',
      );
      assert.ok(new Set(after).size > 10, 'not all at one moment');
    });
  });

  test('a pod that takes its time is created first, and runs then', async () => {
    await scene({ count: 2, startMs: 2000 }, async (s) => {
      await s.client.create(podKind, bound());
      await s.clock.advance(1000);
      assert.equal((await find(s)).status.containerStatuses?.[0]?.state?.waiting?.reason, 'ContainerCreating');
      await s.clock.advance(1500);
      assert.equal((await find(s)).status.phase, 'Running');
    });
  });

  test('a pod that is meant to end succeeds; one that crashes comes back later', async () => {
    await scene({ count: 2 }, async (s) => {
      await s.client.create(podKind, bound({ restartPolicy: 'Never' }));
      await s.clock.advance(1500);
      assert.equal((await find(s)).status.phase, 'Succeeded');
    });
    await scene({ count: 2 }, async (s) => {
      const manifest = bound();
      const annotations = { 'sim.tiphys.dev/exit-code': '1' };
      await s.client.create(podKind, { ...manifest, metadata: { ...manifest.metadata, annotations } });
      await s.clock.advance(2000);
      assert.equal((await find(s)).status.containerStatuses?.[0]?.state?.waiting?.reason, 'CrashLoopBackOff');
      await s.clock.advance(10_000);
      assert.equal((await find(s)).status.containerStatuses?.[0]?.restartCount, 1);
    });
  });
});
