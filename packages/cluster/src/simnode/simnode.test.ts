import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { configMap, event, lease, node as nodeKind, pod as podKind, type Pod } from '@tiphys/sdk/api';
import { SharedCache } from '@tiphys/sdk/cache';
import { group, nullLogger, seededRandom } from '@tiphys/sdk/runtime';
import { aPod, FakeClient, SimClock } from '@tiphys/sdk/testing';
import { PodAddresses } from './addresses.ts';
import { behaviourOf, durationMs } from './behaviour.ts';
import { type ContainerLife, containerLives, ended, started, waiting } from './container-life.ts';
import { defaultSimNodesConfig, runSimNodes, type SimNodesConfig } from './index.ts';
import { podStatus } from './pod-status.ts';

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
  assert.equal(fresh.of('y', '10.9.0.5'), '10.9.0.5', 'also one of another network');
});

describe('statuses', () => {
  const facts = { hostIP: '100.64.0.1', podIP: '10.1.0.2', nowMs: 0 };
  const statusOf = (pod: Pod, change: (lives: ContainerLife[]) => void = () => {}, restarts = false) => {
    const lives = containerLives(pod);
    for (const l of lives) started(l, pod, 0);
    change(lives);
    return podStatus(pod, facts, lives, () => restarts);
  };

  test('a running pod is ready unless a gate is closed', () => {
    const ready = (pod: Pod) => statusOf(pod).conditions?.find((c) => c.type === 'Ready');
    assert.equal(ready(aPod())?.status, 'True');
    const gated = ready(aPod({ spec: { readinessGates: [{ conditionType: 'x' }] } }));
    assert.deepEqual([gated?.status, gated?.reason], ['False', 'ReadinessGatesNotReady']);
  });

  test('the phase is what the containers make it', () => {
    const cases: [what: string, change: (lives: ContainerLife[]) => void, restarts: boolean, phase: string][] = [
      ['runs', () => {}, false, 'Running'],
      ['ended well', ([c]) => ended(c!, 0, 0), false, 'Succeeded'],
      ['ended badly', ([c]) => ended(c!, 3, 0), false, 'Failed'],
      ['ended badly, and comes back', ([c]) => ended(c!, 3, 0), true, 'Running'],
      ['has no image yet', ([c]) => waiting(c!, 'ErrImagePull'), true, 'Pending'],
      ['crashes', ([c]) => (ended(c!, 3, 0), waiting(c!, 'CrashLoopBackOff')), true, 'Running'],
    ];
    for (const [what, change, restarts, phase] of cases)
      assert.equal(statusOf(aPod(), change, restarts).phase, phase, what);
  });

  test('how a container last ended is remembered while it waits, and when it runs again', () => {
    const pod = aPod();
    const [c] = containerLives(pod);
    started(c!, pod, 0);
    ended(c!, 3, 1000);
    waiting(c!, 'CrashLoopBackOff', 'back-off');
    assert.equal(c!.status.lastState?.terminated?.exitCode, 3);
    started(c!, pod, 2000);
    assert.deepEqual([c!.status.restartCount, c!.status.lastState?.terminated?.exitCode], [1, 3]);
  });
});

describe('nodes in simulated time', () => {
  /** Nodes over a server in memory; resolves when they are there. */
  async function scene(
    config: Partial<SimNodesConfig>,
    story: (s: Scene) => Promise<void>,
    Server = FakeClient,
  ): Promise<void> {
    const clock = new SimClock();
    const random = seededRandom(1);
    const client = new Server({ clock, random });
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
  /** In the order in which they were written. */
  const told = async ({ client }: Scene) =>
    (await client.list(event)).items.toSorted(
      (a, b) => Number(a.metadata.resourceVersion) - Number(b.metadata.resourceVersion),
    );
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

  test('they register when the server is back that was away when they started', async () => {
    class AwayAtFirst extends FakeClient {
      #refusals = 5;
      override create: FakeClient['create'] = async (kind, object, o) => {
        if (this.#refusals-- > 0) throw new Error('connection refused');
        return super.create(kind, object, o);
      };
    }
    await scene(
      { count: 3 },
      async ({ clock, client }) => {
        await clock.advance(10_000);
        assert.equal((await client.list(nodeKind)).items.length, 3);
      },
      AwayAtFirst,
    );
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

  test('a pod that is meant to end succeeds', async () => {
    await scene({ count: 2 }, async (s) => {
      await s.client.create(podKind, bound({ restartPolicy: 'Never' }));
      await s.clock.advance(1500);
      assert.equal((await find(s)).status.phase, 'Succeeded');
    });
  });

  test('one that crashes comes back: at once, then after ever longer', async () => {
    await scene({ count: 2 }, async (s) => {
      const manifest = bound();
      const annotations = { 'sim.tiphys.dev/exit-code': '1' };
      await s.client.create(podKind, { ...manifest, metadata: { ...manifest.metadata, annotations } });
      const seen = async () => {
        const [c] = (await find(s)).status.containerStatuses!;
        return [c!.restartCount, c!.state?.waiting?.reason ?? 'runs'];
      };
      await s.clock.advance(1500);
      assert.deepEqual(await seen(), [1, 'runs']);
      await s.clock.advance(1000);
      assert.deepEqual(await seen(), [1, 'CrashLoopBackOff']);
      await s.clock.advance(10_000);
      assert.deepEqual(await seen(), [2, 'runs']);
      await s.clock.advance(15_000);
      assert.deepEqual(await seen(), [2, 'CrashLoopBackOff'], 'twenty seconds this time');
    });
  });

  test('what a command does decides how its container ends, and is told', async () => {
    await scene({ count: 2 }, async (s) => {
      const containers = [{ name: 'c', image: 'i:1', command: ['sh', '-c', 'sleep 5; exit 3'] }];
      await s.client.create(podKind, bound({ containers, restartPolicy: 'Never' }));
      await s.clock.advance(4000);
      assert.equal((await find(s)).status.phase, 'Running');
      await s.clock.advance(2000);
      const { phase, containerStatuses } = (await find(s)).status;
      assert.deepEqual([phase, containerStatuses?.[0]?.state?.terminated?.exitCode], ['Failed', 3]);
      const lines = (await told(s)).map((e) => `${e.reason}: ${e.message}`);
      assert.deepEqual(lines, [
        'Pulled: Container image "i:1" already present on machine and can be accessed by the pod',
        'Created: Container created',
        'Started: Container started',
      ]);
    });
  });

  test('init containers run in order, and leave files for those after them', async () => {
    await scene({ count: 2 }, async (s) => {
      const volumeMounts = [{ name: 'shared', mountPath: '/work' }];
      const run = (name: string, script: string) => ({ name, image: 'i', command: ['sh', '-c', script], volumeMounts });
      const initContainers = [
        run('one', 'sleep 2; echo 4 > /work/code'),
        run('two', 'unknown-tool; echo 0 >> /work/code'),
      ];
      const containers = [run('c', 'exit $(head -n 1 /work/code)$(tail -n 1 /work/code)')];
      const volumes = [{ name: 'shared', emptyDir: {} }];
      await s.client.create(podKind, bound({ initContainers, containers, volumes, restartPolicy: 'Never' }));
      await s.clock.advance(1000);
      const { status } = await find(s);
      assert.deepEqual(
        [status.phase, status.initContainerStatuses?.map((c) => Object.keys(c.state!)[0])],
        ['Pending', ['running', 'waiting']],
      );
      await s.clock.advance(2000);
      assert.equal((await find(s)).status.containerStatuses?.[0]?.state?.terminated?.exitCode, 40);
    });
  });

  test('an image that nobody has is asked for ever more seldom', async () => {
    await scene({ count: 2 }, async (s) => {
      await s.client.create(podKind, bound({ containers: [{ name: 'c', image: 'registry.invalid/nothing:1' }] }));
      const reason = async () => (await find(s)).status.containerStatuses?.[0]?.state?.waiting?.reason;
      await s.clock.advance(1000);
      assert.equal(await reason(), 'ErrImagePull');
      await s.clock.advance(2000);
      assert.equal(await reason(), 'ImagePullBackOff');
      const reasons = (await told(s)).map((e) => e.reason);
      assert.deepEqual(reasons, ['Pulling', 'Failed', 'Failed', 'BackOff', 'Failed']);
    });
  });

  test('a config map that is not there holds the pod back until it is', async () => {
    await scene({ count: 2 }, async (s) => {
      const env = [{ name: 'A', valueFrom: { configMapKeyRef: { name: 'settings', key: 'a' } } }];
      await s.client.create(podKind, bound({ containers: [{ name: 'c', image: 'i', env }] }));
      await s.clock.advance(1000);
      const state = async () => (await find(s)).status.containerStatuses?.[0]?.state;
      assert.deepEqual((await state())?.waiting, {
        reason: 'CreateContainerConfigError',
        message: 'configmap "settings" not found',
      });
      await s.client.create(configMap, { metadata: { namespace: 'default', name: 'settings' }, data: { a: '1' } });
      await s.clock.advance(3000);
      assert.ok((await state())?.running);
    });
  });
});
