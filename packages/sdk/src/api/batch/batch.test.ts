import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { deepCopy, lineOf } from '../../machinery/index.ts';
import { decode } from '../../schema/index.ts';
import { type FieldGate, fieldGates } from '../meta/field-gates.ts';
import { type CronJob, cronJob } from './cronjob.ts';
import { countIndexes, overlap, parseIndexes } from './index-ranges.ts';
import { type Job, job } from './job.ts';

const podSpec = { restartPolicy: 'Never', containers: [{ name: 'c', image: 'x' }] };
const context = { now: 0, warn: () => {} };

function aJob(spec: object = {}, { labels, status = {} }: { labels?: object; status?: object } = {}): Job {
  const template = { metadata: { ...(labels && { labels }) }, spec: podSpec };
  const made = decode(job.schema.shape, {
    metadata: { name: 'j', uid: 'u1' },
    spec: { template, ...spec },
    status,
  }) as Job;
  job.default!(made);
  job.prepareForCreate!(made, context);
  return made;
}

test('a job chooses its pods by its uid', () => {
  const made = aJob({}, { labels: { app: 'work' } });
  const generated = {
    'batch.kubernetes.io/controller-uid': 'u1',
    'batch.kubernetes.io/job-name': 'j',
    'controller-uid': 'u1',
    'job-name': 'j',
  };
  assert.deepEqual(made.spec.selector, { matchLabels: { 'batch.kubernetes.io/controller-uid': 'u1' } });
  assert.deepEqual(made.spec.template.metadata.labels, { app: 'work', ...generated });
  assert.deepEqual(made.metadata.labels, { app: 'work', ...generated });
  assert.deepEqual([...job.validate!(made)], []);
});

test('what a job doesn’t say', () => {
  const { completions, parallelism, backoffLimit, completionMode, podReplacementPolicy } = aJob().spec;
  assert.deepEqual(
    { completions, parallelism, backoffLimit, completionMode, podReplacementPolicy },
    {
      completions: 1,
      parallelism: 1,
      backoffLimit: 6,
      completionMode: 'NonIndexed',
      podReplacementPolicy: 'TerminatingOrFailed',
    },
  );
  assert.equal(aJob({ parallelism: 3 }).spec.completions, undefined);
  assert.equal(aJob({ backoffLimitPerIndex: 1 }).spec.backoffLimit, 2147483647);
  assert.equal(aJob({ podFailurePolicy: { rules: [] } }).spec.podReplacementPolicy, 'Failed');
});

describe('a new job', () => {
  const indexed = { completionMode: 'Indexed', completions: 3 };
  const rule = (r: object) => aJob({ podFailurePolicy: { rules: [r] } });
  const rows: [string, Job, string[]][] = [
    [
      'with labels that are somebody else’s',
      aJob({}, { labels: { 'controller-uid': 'other' } }),
      [
        'spec.template.metadata.labels[controller-uid]: Invalid value: {"batch.kubernetes.io/controller-uid":"u1","batch.kubernetes.io/job-name":"j","controller-uid":"other","job-name":"j"}: must be \'u1\'',
      ],
    ],
    [
      'of pods that never end',
      aJob({ template: { spec: { ...podSpec, restartPolicy: 'Always' } } }),
      ['spec.template.spec.restartPolicy: Required value: valid values: "OnFailure", "Never"'],
    ],
    [
      'by index of no number',
      aJob({ completionMode: 'Indexed', parallelism: 1 }),
      ['spec.completions: Required value: when completion mode is Indexed'],
    ],
    [
      'with limits of an index it hasn’t got',
      aJob({ backoffLimitPerIndex: 1 }),
      ['spec.backoffLimitPerIndex: Invalid value: 1: requires indexed completion mode'],
    ],
    [
      'with so many indexes that pods get no hostname',
      aJob({ completionMode: 'Indexed', completions: 2, parallelism: 1 }),
      [],
    ],
    [
      'whose failures are told in two ways',
      rule({ action: 'Ignore', onExitCodes: { operator: 'In', values: [2, 1] }, onPodConditions: [{ type: 'A' }] }),
      [
        'spec.podFailurePolicy.rules[0].onExitCodes.values: Invalid value: [2,1]: must be ordered',
        'spec.podFailurePolicy.rules[0]: Invalid value: specifying both OnExitCodes and OnPodConditions is not supported',
      ],
    ],
    [
      'whose success is beyond its end',
      aJob({ ...indexed, successPolicy: { rules: [{ succeededIndexes: '0,3', succeededCount: 4 }] } }),
      [
        'spec.successPolicy.rules[0].succeededIndexes: Invalid value: "0,3": error parsing succeededIndexes: too large index: "3"',
        'spec.successPolicy.rules[0].succeededCount: Invalid value: 4: must be less than or equal to 3 (the number of specified completions)',
        'spec.successPolicy.rules[0].succeededCount: Invalid value: 4: must be less than or equal to 0 (the number of indexes in the specified succeededIndexes field)',
      ],
    ],
    [
      'managed by nobody in particular',
      aJob({ managedBy: 'me' }),
      ['spec.managedBy: Invalid value: "me": must be a domain-prefixed path (such as "acme.io/foo")'],
    ],
  ];
  for (const [name, object, want] of rows) {
    test(name, () => assert.deepEqual([...job.validate!(object)].map(lineOf), want));
  }
});

describe('a job that is there', () => {
  const changed = (old: Job, change: (next: Job) => void, ...shut: FieldGate[]) => {
    const next = deepCopy(old);
    change(next);
    const gates = new Set(fieldGates.filter((gate) => !shut.includes(gate)));
    return [...job.validate!(next, old, { gates }), ...job.validateChange!(next, old, { gates })].map(
      (e) => `${e.field}: ${e.message.split(': ').at(-1)}`,
    );
  };
  const suspended = aJob({ suspend: true });
  const indexed = aJob({ completionMode: 'Indexed', completions: 2, parallelism: 2 });
  test('keeps its template', () => {
    const found = changed(aJob(), (n) => (n.spec.template.spec.nodeSelector = { a: 'b' }));
    assert.deepEqual(found, ['spec.template: field is immutable']);
  });
  test('may still be sent elsewhere, and given more, before it runs', () => {
    const found = changed(suspended, ({ spec: { template } }) => {
      template.spec.nodeSelector = { a: 'b' };
      template.spec.containers[0]!.resources = { requests: { cpu: '1' } };
    });
    assert.deepEqual(found, []);
  });
  test('where its gates are shut it may be sent elsewhere before it starts, and never be given more', () => {
    const [directives, resources]: FieldGate[] = [
      'MutableSchedulingDirectivesForSuspendedJobs',
      'MutablePodResourcesForSuspendedJobs',
    ];
    const moved = (n: Job) => (n.spec.template.spec.nodeSelector = { a: 'b' });
    const grown = (n: Job) => (n.spec.template.spec.containers[0]!.resources = { requests: { cpu: '1' } });
    const paused = deepCopy(suspended);
    paused.status = { startTime: '2024-01-01T00:00:00Z', conditions: [{ type: 'Suspended', status: 'True' }] } as never;
    assert.deepEqual(changed(paused, moved), []);
    assert.deepEqual(changed(paused, moved, directives!), ['spec.template.spec: field is immutable']);
    assert.deepEqual(changed(suspended, moved, directives!), []);
    assert.deepEqual(changed(suspended, grown, resources!), ['spec.template: field is immutable']);
  });
  test('but not made another', () => {
    const found = changed(suspended, (n) => (n.spec.template.spec.containers[0]!.image = 'y'));
    assert.deepEqual(found, ['spec.template.spec: field is immutable']);
  });
  test('grows only by index, and on both sides', () => {
    const alone = changed(indexed, (n) => (n.spec.completions = 3));
    assert.deepEqual(alone, ['spec.completions: can only be modified in tandem with spec.parallelism']);
    const both = changed(indexed, (n) => (n.spec.completions = n.spec.parallelism = 3));
    assert.deepEqual(both, []);
    const plain = changed(aJob(), (n) => (n.spec.completions = 3));
    assert.deepEqual(plain, ['spec.completions: field is immutable']);
  });
});

describe('a job’s status', () => {
  const { status } = job;
  assert.ok(typeof status === 'object');
  const yes = (type: string) => ({ type, status: 'True' });
  const from = '2024-01-01T00:00:00Z';
  const rows: [string, object, object, string[]][] = [
    [
      'ends with all that belongs to it',
      {},
      { startTime: from, completionTime: from, conditions: [yes('SuccessCriteriaMet'), yes('Complete')] },
      [],
    ],
    [
      'ends too early',
      {},
      { conditions: [yes('Complete')], active: 1 },
      [
        'status.completionTime: Required value: completionTime is required for Complete jobs',
        'status.conditions: Invalid value: cannot set Complete=True condition without the SuccessCriteriaMet=true condition',
        'status.active: Invalid value: 1: active>0 is invalid for finished job',
        'status.startTime: Required value: startTime is required for finished job',
      ],
    ],
    [
      'is taken back',
      { startTime: from, conditions: [yes('FailureTarget'), yes('Failed')], failed: 2 },
      { failed: 1 },
      [
        'status.conditions: Invalid value: cannot disable the terminal Failed=True condition',
        'status.conditions: Invalid value: cannot disable the terminal FailureTarget=True condition',
        'status.failed: Invalid value: 1: cannot decrease the failed counter',
        'status.startTime: Invalid value: null: field is immutable for unsuspended job once set',
      ],
    ],
    [
      'counts a pod twice',
      {},
      { uncountedTerminatedPods: { succeeded: ['a'], failed: ['a', ''] } },
      [
        'status.uncountedTerminatedPods.failed[0]: Duplicate value: "a"',
        'status.uncountedTerminatedPods.failed[1]: Invalid value: "": must not be empty',
      ],
    ],
    [
      'names indexes of none',
      {},
      { completedIndexes: '0' },
      [
        'status.completedIndexes: Invalid value: "0": cannot set non-empty completedIndexes when non-indexed completion mode',
      ],
    ],
  ];
  for (const [name, old, next, want] of rows) {
    test(name, () => {
      const lines = [...status.validate!(aJob({}, { status: next }), aJob({}, { status: old }), context)].map(lineOf);
      assert.deepEqual(lines, want);
    });
  }
});

test('indexes are read as ranges', () => {
  assert.deepEqual(parseIndexes('0,2-4', 5), [
    { first: 0, last: 0 },
    { first: 2, last: 4 },
  ]);
  assert.equal(countIndexes([{ first: 2, last: 4 }]), 3);
  assert.deepEqual(
    ['3,1', '4-2', '1-2-3', 'x', '5'].map((text) => parseIndexes(text, 5)),
    [
      'non-increasing order, previous: 3, current: 1',
      'non-increasing order, previous: 4, current: 2',
      'the fragment "1-2-3" violates the requirement that an index interval can have at most two parts separated by \'-\'',
      'cannot convert string to integer for index: "x"',
      'too large index: "5"',
    ],
  );
  assert.equal(overlap('0-2,4', '3,4-5', 9), 4);
  assert.equal(overlap('0-2', 'x,3', 9), undefined);
});

describe('a cron job', () => {
  const aCronJob = (spec: object = {}, name = 'c'): CronJob =>
    decode(cronJob.schema.shape, {
      metadata: { name },
      spec: { schedule: '0 4 * * *', jobTemplate: { spec: { template: { spec: podSpec } } }, ...spec },
    }) as CronJob;
  const rows: [string, CronJob, CronJob | undefined, string[]][] = [
    ['good', aCronJob({ timeZone: 'Europe/Berlin' }), undefined, []],
    ['unscheduled', aCronJob({ schedule: '' }), undefined, ['spec.schedule: Required value']],
    [
      'in a zone of its schedule',
      aCronJob({ schedule: 'TZ=UTC 0 4 * * *' }),
      undefined,
      [
        'spec.schedule: Invalid value: "TZ=UTC 0 4 * * *": cannot use TZ or CRON_TZ in schedule, use timeZone field instead',
      ],
    ],
    [
      'in a zone that it always had',
      aCronJob({ schedule: 'TZ=UTC 0 5 * * *' }),
      aCronJob({ schedule: 'TZ=UTC 0 4 * * *' }),
      [],
    ],
    [
      'in no zone',
      aCronJob({ timeZone: 'Mars/Base' }),
      undefined,
      ['spec.timeZone: Invalid value: "Mars/Base": unknown time zone Mars/Base'],
    ],
    [
      'of a name too long for its jobs',
      aCronJob({}, 'c'.repeat(53)),
      undefined,
      [`metadata.name: Invalid value: "${'c'.repeat(53)}": must be no more than 52 characters`],
    ],
    [
      'that chooses pods',
      aCronJob({ jobTemplate: { spec: { manualSelector: true, selector: {}, template: { spec: podSpec } } } }),
      undefined,
      [
        'spec.jobTemplate.spec.selector: Invalid value: {}: `selector` will be auto-generated',
        'spec.jobTemplate.spec.manualSelector: Unsupported value: true: supported values: "nil", "false"',
      ],
    ],
  ];
  for (const [name, next, old, want] of rows) {
    test(name, () => assert.deepEqual([...cronJob.validate!(next, old)].map(lineOf), want));
  }
});
