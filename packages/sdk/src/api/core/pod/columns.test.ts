import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { type AnyKind, decode, erase } from '../../../schema/index.ts';
import { controllerRevision } from '../../apps/controllerrevision.ts';
import { deployment } from '../../apps/deployment.ts';
import { replicaSet } from '../../apps/replicaset.ts';
import { type Pod, pod } from './pod.ts';

const now = Date.parse('2026-01-01T00:00:00Z');
const earlier = '2025-12-31T23:57:00Z';

const aPod = (status: object, spec: object = {}, metadata: object = {}): Pod =>
  decode(pod.schema.shape, {
    metadata: { name: 'p', creationTimestamp: earlier, ...metadata },
    spec: { containers: [{ name: 'a' }, { name: 'b' }], ...spec },
    status: { phase: 'Running', ...status },
  }) as Pod;
const status = (name: string, state: object, more: object = {}) => ({
  name,
  state,
  restartCount: 0,
  ready: false,
  ...more,
});
const running = (name: string, more: object = {}) =>
  status(name, { running: { startedAt: earlier } }, { ready: true, started: true, ...more });
const ended = (name: string, exitCode: number, reason = '') => status(name, { terminated: { exitCode, reason } });
const waiting = (name: string, reason: string) => status(name, { waiting: { reason } });

describe('a pod in a table', () => {
  const rows: [string, Pod, string][] = [
    ['new', aPod({ phase: 'Pending' }), '0/2 Pending 0'],
    ['running', aPod({ containerStatuses: [running('a'), running('b')] }), '2/2 Running 0'],
    [
      'half of it crashing',
      aPod({ containerStatuses: [running('a'), waiting('b', 'CrashLoopBackOff')] }),
      '1/2 CrashLoopBackOff 0',
    ],
    ['failed with a code', aPod({ phase: 'Failed', containerStatuses: [ended('a', 3)] }), '0/2 ExitCode:3 0'],
    [
      'killed',
      aPod({ containerStatuses: [status('a', { terminated: { exitCode: 137, signal: 9 } })] }),
      '0/2 Signal:9 0',
    ],
    [
      'half done and ready',
      aPod({
        containerStatuses: [ended('a', 0, 'Completed'), running('b')],
        conditions: [{ type: 'Ready', status: 'True' }],
      }),
      '1/2 Running 0',
    ],
    [
      'half done and not ready',
      aPod({ containerStatuses: [ended('a', 0, 'Completed'), running('b')] }),
      '1/2 NotReady 0',
    ],
    [
      'done with an error',
      aPod({ containerStatuses: [ended('a', 0, 'Completed'), ended('b', 1, 'Error')] }),
      '0/2 Error 0',
    ],
    [
      'starting',
      aPod(
        { initContainerStatuses: [ended('i', 0), waiting('j', 'PodInitializing')] },
        { initContainers: [{ name: 'i' }, { name: 'j' }] },
      ),
      '0/2 Init:1/2 0',
    ],
    [
      'failing to start',
      aPod({ initContainerStatuses: [ended('i', 2)] }, { initContainers: [{ name: 'i' }] }),
      '0/2 Init:ExitCode:2 0',
    ],
    [
      'with a sidecar',
      aPod(
        { initContainerStatuses: [running('i')], containerStatuses: [running('a'), running('b')] },
        { initContainers: [{ name: 'i', restartPolicy: 'Always' }] },
      ),
      '3/3 Running 0',
    ],
    [
      'restarted',
      aPod({
        containerStatuses: [
          running('a', { restartCount: 2, lastState: { terminated: { exitCode: 1, finishedAt: earlier } } }),
          running('b'),
        ],
      }),
      '2/2 Running 2 (3m ago)',
    ],
    ['evicted', aPod({ phase: 'Failed', reason: 'Evicted' }), '0/2 Evicted 0'],
    [
      'behind its gates',
      aPod({ phase: 'Pending', conditions: [{ type: 'PodScheduled', status: 'False', reason: 'SchedulingGated' }] }),
      '0/2 SchedulingGated 0',
    ],
    [
      'on its way out',
      aPod({ containerStatuses: [running('a'), running('b')] }, {}, { deletionTimestamp: earlier }),
      '2/2 Terminating 0',
    ],
    ['on a lost node', aPod({ reason: 'NodeLost' }, {}, { deletionTimestamp: earlier }), '0/2 Unknown 0'],
  ];
  for (const [name, object, want] of rows) {
    test(name, () => {
      const [, ready, word, restarts] = pod.columns!.map((c) => c.value(object, { now }));
      assert.equal([ready, word, restarts].join(' '), want);
    });
  }
  test('wide', () => {
    const object = aPod(
      { podIPs: [{ ip: '10.1.2.3' }], conditions: [{ type: 'example.com/up', status: 'True' }] },
      { nodeName: 'n1', readinessGates: [{ conditionType: 'example.com/up' }, { conditionType: 'example.com/down' }] },
    );
    assert.deepEqual(
      pod.columns!.slice(4).map((c) => c.value(object, { now })),
      ['3m', '10.1.2.3', 'n1', '<none>', '1/2'],
    );
  });
  test('says when it has run its course', () => {
    assert.deepEqual(pod.rowConditions!(aPod({})), []);
    assert.equal(pod.rowConditions!(aPod({ phase: 'Succeeded' }))[0]?.type, 'Completed');
  });
});

const facts = new URL('../../../../../../../shared/facts/columns.json', import.meta.url);

test('columns are those that upstream publishes', { skip: existsSync(facts) ? false : 'no facts here' }, () => {
  interface Published {
    kinds: { group: string; kind: string; columns: [string, string, string, number][] }[];
  }
  const published = JSON.parse(readFileSync(facts, 'utf8')) as Published;
  for (const kind of [pod, deployment, replicaSet, controllerRevision].map((k) => erase(k as never) as AnyKind)) {
    const want = published.kinds.find((k) => k.group === kind.group && k.kind === kind.kind)!.columns;
    const got = kind.columns!.map(({ name, type, format = '', priority = 0 }) => [name, type, format, priority]);
    assert.deepEqual(got, want, kind.kind);
  }
});
