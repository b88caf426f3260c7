import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Pod } from '@tiphys/sdk/api';
import { aPod } from '@tiphys/sdk/testing';
import { hashOf } from '../containers/container-hash.ts';
import { containerAnnotations, containerNameLabel } from '../containers/labels.ts';
import { allContainersOf } from '../../podspec/index.ts';
import { podActions, type Verdicts } from './pod-actions.ts';
import type { RuntimeContainer, RuntimePod } from './runtime-pod.ts';

type Run = 'running' | 'created' | number;

/** What the runtime has of a pod: `runs` by container, an exit code for one that ended; the newest last. */
function having(
  pod: Pod,
  runs: Record<string, Run | Run[]>,
  sandbox: 'ready' | 'stopped' | 'none' = 'ready',
): RuntimePod {
  let at = 0;
  const containers = Object.entries(runs).flatMap(([name, list]) =>
    [list].flat().map((run): RuntimeContainer => {
      const container = allContainersOf(pod).find((c) => c.name === name)!;
      const state = { running: 'CONTAINER_RUNNING', created: 'CONTAINER_CREATED' }[run as string] ?? 'CONTAINER_EXITED';
      return {
        id: `${name}-${++at}`,
        state,
        exitCode: typeof run === 'number' ? run : 0,
        createdAt: at,
        labels: { [containerNameLabel]: name },
        annotations: containerAnnotations(pod, container, 0),
        sandboxId: 'sandbox',
      } as unknown as RuntimeContainer;
    }),
  );
  const sandboxes =
    sandbox === 'none'
      ? []
      : [
          {
            id: 'sandbox',
            metadata: { attempt: 0 },
            state: sandbox === 'ready' ? 'SANDBOX_READY' : 'SANDBOX_NOTREADY',
            network: { ip: '10.0.0.1', additionalIps: [] },
          },
        ];
  return { uid: 'uid', sandboxes, containers: containers.toReversed() } as unknown as RuntimePod;
}

const well: Verdicts = { verdict: () => 'success', isStarted: () => true };

/** `+start`, `-kill`, `sandbox N`, `end`. */
function actionsFor(pod: Pod, runtime: RuntimePod, probes: Verdicts = well): string {
  const { killAll, newSandbox, kills, starts } = podActions(pod, runtime, probes);
  return [
    ...(killAll ? ['end'] : []),
    ...(newSandbox === undefined ? [] : [`sandbox ${newSandbox}`]),
    ...kills.map((k) => `-${k.container.labels[containerNameLabel]}`),
    ...starts.map((c) => `+${c.name}`),
  ].join(' ');
}

const plain = (restartPolicy: 'Always' | 'OnFailure' | 'Never') =>
  aPod({
    spec: {
      restartPolicy,
      containers: [
        { name: 'a', image: 'x' },
        { name: 'b', image: 'x' },
      ],
    },
  });

test('containers are started, and again as the policy says', () => {
  const table: ['Always' | 'OnFailure' | 'Never', Record<string, Run | Run[]>, string][] = [
    ['Always', {}, '+a +b'],
    ['Always', { a: 'running', b: 'running' }, ''],
    ['Always', { a: 'running', b: 0 }, '+b'],
    ['Always', { a: 'created', b: 'running' }, '+a'],
    ['OnFailure', { a: 0, b: 1 }, '+b'],
    ['OnFailure', { a: 0, b: [1, 'running'] }, ''],
    ['OnFailure', { a: 0, b: 0 }, 'end'],
    ['Never', { a: 1, b: 'running' }, ''],
    ['Never', { a: 1, b: 0 }, 'end'],
  ];
  for (const [policy, runs, wanted] of table) {
    const pod = plain(policy);
    assert.equal(actionsFor(pod, having(pod, runs)), wanted, `${policy} ${JSON.stringify(runs)}`);
  }
});

test('a sandbox is made when there is none that will do, and everything anew in it', () => {
  const pod = plain('Always');
  assert.equal(actionsFor(pod, having(pod, {}, 'none')), 'sandbox 0 +a +b');
  assert.equal(actionsFor(pod, having(pod, { a: 137, b: 137 }, 'stopped')), 'end sandbox 1 +a +b');
  const once = plain('Never');
  assert.equal(actionsFor(once, having(once, { a: 137, b: 0 }, 'stopped')), 'end');
  const host = aPod({ spec: { hostNetwork: true, containers: [{ name: 'a' }] } });
  const bare = having(host, { a: 'running' });
  assert.equal(actionsFor(host, { ...bare, sandboxes: bare.sandboxes.map((s) => ({ ...s, network: null })) }), '');
});

test('init containers come one after the other, sidecars stay', () => {
  const pod = aPod({
    spec: {
      initContainers: [
        { name: 'i', image: 'x' },
        { name: 's', image: 'x', restartPolicy: 'Always' },
        { name: 'j', image: 'x' },
      ],
      containers: [{ name: 'a', image: 'x' }],
    },
  });
  const table: [Record<string, Run | Run[]>, string, Verdicts?][] = [
    [{}, '+i'],
    [{ i: 'running' }, ''],
    [{ i: 1 }, '+i'],
    [{ i: 0 }, '+s'],
    [{ i: 0, s: 'running' }, '', { ...well, isStarted: () => false }],
    [{ i: 0, s: 'running' }, '+j'],
    [{ i: 0, s: 'running', j: 0 }, '+a'],
    [{ i: 0, s: 0, j: 0, a: 'running' }, '+s'],
    [{ i: 0, s: 'running', j: 0, a: 'running' }, ''],
  ];
  for (const [runs, wanted, probes] of table) {
    assert.equal(actionsFor(pod, having(pod, runs), probes), wanted, JSON.stringify(runs));
  }
  const never = aPod({
    spec: { restartPolicy: 'Never', initContainers: [{ name: 'i' }], containers: [{ name: 'a' }] },
  });
  assert.equal(actionsFor(never, having(never, { i: 1 })), 'end');
});

test('a container ends that fails its probe or is another by now', () => {
  const pod = plain('Always');
  const runs = having(pod, { a: 'running', b: 'running' });
  const dead: Verdicts = {
    ...well,
    verdict: (type, c) => (type === 'liveness' && c.name === 'a' ? 'failure' : 'success'),
  };
  assert.equal(actionsFor(pod, runs, dead), '-a +a');
  assert.equal(podActions(pod, runs, dead).kills[0]?.message, 'Container a failed liveness probe, will be restarted');
  const once = plain('Never');
  assert.equal(actionsFor(once, having(once, { a: 'running', b: 'running' }), dead), '-a');
  const changed = aPod({
    spec: {
      containers: [
        { name: 'a', image: 'y' },
        { name: 'b', image: 'x' },
      ],
    },
  });
  assert.notEqual(hashOf(changed.spec.containers[0]!), hashOf(pod.spec.containers[0]!));
  assert.equal(actionsFor(changed, runs), '-a +a');
});

test('ephemeral containers run once', () => {
  const pod = aPod({
    spec: { containers: [{ name: 'a' }], ephemeralContainers: [{ name: 'debug', image: 'x' }] },
  });
  assert.equal(actionsFor(pod, having(pod, { a: 'running' })), '+debug');
  assert.equal(actionsFor(pod, having(pod, { a: 'running', debug: 1 })), '');
});
