import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lineOf } from '../../machinery/index.ts';
import { decode } from '../../schema/index.ts';
import { type PodGroup, podGroup } from './podgroup.ts';
import { type Workload, workload } from './workload.ts';

type Json = Record<string, unknown>;
const context = { now: 0, warn: () => {} };
const gang = { gang: { minCount: 2 } };
const aGroup = (spec: Json, status: Json = {}): PodGroup =>
  decode(podGroup.schema.shape, {
    metadata: { name: 'g' },
    spec: { schedulingPolicy: gang, ...spec },
    status,
  }) as PodGroup;
const aWorkload = (spec: Json): Workload =>
  decode(workload.schema.shape, { metadata: { name: 'w' }, spec }) as Workload;
const aTemplate = (name: string, more: Json = {}) => ({ name, schedulingPolicy: gang, ...more });

test('what of groups is refused', () => {
  const at = 'spec.schedulingPolicy';
  const ref = (workloadName: string, podGroupTemplateName: string) => ({
    podGroupTemplateRef: { workload: { workloadName, podGroupTemplateName } },
  });
  const table: [spec: Json, want: string[]][] = [
    [{}, []],
    [ref('my.work', 'workers'), []],
    [
      ref('My', ''),
      [
        "spec.podGroupTemplateRef.workload.workloadName: Invalid value: \"My\": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')",
        'spec.podGroupTemplateRef.workload.podGroupTemplateName: Required value',
      ],
    ],
    [{ podGroupTemplateRef: {} }, ['spec.podGroupTemplateRef: Invalid value: "": must specify one of: `workload`']],
    [{ schedulingPolicy: {} }, [`${at}: Invalid value: "": must specify one of: \`basic\`, \`gang\``]],
    [
      { schedulingPolicy: { basic: {}, ...gang } },
      [`${at}: Invalid value: "{basic, gang}": must specify exactly one of: \`basic\`, \`gang\``],
    ],
    [{ schedulingPolicy: { gang: { minCount: 0 } } }, [`${at}.gang.minCount: Required value`]],
    [
      { schedulingPolicy: { gang: { minCount: -1 } } },
      [`${at}.gang.minCount: Invalid value: -1: must be greater than or equal to 1`],
    ],
  ];
  for (const [spec, want] of table)
    assert.deepEqual([...podGroup.validate!(aGroup(spec))].map(lineOf), want, JSON.stringify(spec));
  const changed = podGroup.validate!(aGroup({ schedulingPolicy: { basic: {} } }), aGroup({}));
  assert.deepEqual([...changed].map(lineOf), [`${at}: Invalid value: null: field is immutable`]);
});

test('what of groups is refused where it is switched on, and where it is not', () => {
  const all = new Set(['TopologyAwareWorkloadScheduling', 'DRAWorkloadResourceClaims', 'WorkloadAwarePreemption']);
  const none = new Set<string>();
  const frozen = (name: string) => `spec.${name}: Invalid value: null: field is immutable`;
  const claim = { name: 'c', resourceClaimName: 'x' };
  const table: [next: Json, old: Json | undefined, gates: Set<string>, want: string[]][] = [
    [
      { priority: 1_000_000_001 },
      undefined,
      all,
      ['spec.priority: Invalid value: 1000000001: must be less than or equal to 1000000000'],
    ],
    [
      { disruptionMode: 'x' },
      undefined,
      all,
      ['spec.disruptionMode: Unsupported value: "x": supported values: "Pod", "PodGroup"'],
    ],
    [{ disruptionMode: 'PodGroup' }, {}, all, [frozen('disruptionMode')]],
    [{ disruptionMode: 'PodGroup' }, {}, none, ['spec.disruptionMode: Forbidden']],
    [{ disruptionMode: 'PodGroup', priority: 5 }, { disruptionMode: 'PodGroup', priority: 5 }, none, []],
    [
      { resourceClaims: [claim] },
      { resourceClaims: [claim, { ...claim, name: 'd' }] },
      none,
      [frozen('resourceClaims')],
    ],
    [
      { schedulingConstraints: { topology: [{ key: 'a' }, { key: 'b' }] } },
      undefined,
      all,
      ['spec.schedulingConstraints.topology: Too many: 2: must have at most 1 item'],
    ],
    [
      { schedulingConstraints: { topology: [{ key: '' }] } },
      undefined,
      all,
      ['spec.schedulingConstraints.topology[0].key: Required value'],
    ],
    [
      { resourceClaims: [claim, { name: 'c' }, { ...claim, name: '', resourceClaimTemplateName: 'y' }] },
      undefined,
      all,
      [
        'spec.resourceClaims[1]: Duplicate value: {"name":"c"}',
        'spec.resourceClaims[1]: Invalid value: "": must specify one of: `resourceClaimName`, `resourceClaimTemplateName`',
        'spec.resourceClaims[2]: Invalid value: "{resourceClaimName, resourceClaimTemplateName}": must specify exactly one of: `resourceClaimName`, `resourceClaimTemplateName`',
        'spec.resourceClaims[2].name: Required value',
      ],
    ],
  ];
  for (const [next, old, gates, want] of table) {
    const lines = [...podGroup.validate!(aGroup(next), old && aGroup(old), { gates })].map(lineOf);
    assert.deepEqual(lines, want, JSON.stringify(next));
  }
});

test('statuses of claims are of those that the group has', () => {
  const { status } = podGroup;
  assert.ok(typeof status === 'object');
  const next = aGroup(
    { resourceClaims: [{ name: 'c' }] },
    { resourceClaimStatuses: [{ name: 'c' }, { name: 'd', resourceClaimName: 'x' }] },
  );
  assert.deepEqual([...status.validate!(next, aGroup({}), { now: 0 })].map(lineOf), [
    'status.resourceClaimStatuses[1].name: Invalid value: "d": must match the name of an entry in `spec.resourceClaims`',
  ]);
});

test('what is not switched on is dropped, unless it is there already', () => {
  const gated = {
    priority: 7,
    resourceClaims: [{ name: 'c' }],
    schedulingConstraints: { topology: [{ key: 'zone' }] },
  };
  const fresh = aGroup(gated);
  podGroup.prepareForCreate!(fresh, context);
  // What has a default is read as that.
  assert.deepEqual(fresh.spec, { podGroupTemplateRef: null, schedulingPolicy: gang, disruptionMode: 'Pod' });
  const open = aGroup(gated);
  podGroup.prepareForCreate!(open, { ...context, gates: new Set(['DRAWorkloadResourceClaims']) });
  assert.deepEqual(open.spec.resourceClaims, gated.resourceClaims);
  assert.equal(open.spec.priority, undefined);
  const kept = aGroup(gated);
  podGroup.prepareForUpdate!(kept, aGroup(gated), context);
  assert.deepEqual(kept.spec.resourceClaims, gated.resourceClaims);
  const made = aWorkload({ podGroupTemplates: [aTemplate('a', gated)] });
  workload.prepareForCreate!(made, context);
  assert.deepEqual(made.spec.podGroupTemplates, [{ name: 'a', schedulingPolicy: gang, schedulingConstraints: null }]);
});

test('what of workloads is refused', () => {
  const at = 'spec.podGroupTemplates';
  const table: [spec: Json, want: string[]][] = [
    [{ podGroupTemplates: [aTemplate('a'), aTemplate('b')] }, []],
    [{}, [`${at}: Required value`]],
    [
      { podGroupTemplates: Array.from({ length: 9 }, (_, i) => aTemplate(`t${i}`)) },
      [`${at}: Too many: 9: must have at most 8 items`],
    ],
    [
      { podGroupTemplates: [aTemplate('a'), aTemplate('a')] },
      [
        `${at}[1]: Duplicate value: {"name":"a","schedulingPolicy":{"gang":{"minCount":2}},"schedulingConstraints":null}`,
      ],
    ],
    [
      { podGroupTemplates: [aTemplate('')], controllerRef: { kind: 'a/b', name: '' } },
      [
        'spec.controllerRef.kind: Invalid value: "a/b": may not contain \'/\'',
        'spec.controllerRef.name: Required value',
        `${at}[0].name: Required value`,
      ],
    ],
  ];
  for (const [spec, want] of table)
    assert.deepEqual([...workload.validate!(aWorkload(spec))].map(lineOf), want, JSON.stringify(spec));
});

test('the state of a group', () => {
  const is = (type: string, status: string, reason = 'R') => ({
    type,
    status,
    reason,
    message: '',
    lastTransitionTime: null,
  });
  const table: [conditions: Json[], want: string][] = [
    [[], 'Pending'],
    [[is('PodGroupScheduled', 'True')], 'Scheduled'],
    [[is('PodGroupScheduled', 'False')], 'Unschedulable'],
    [[is('PodGroupScheduled', 'True'), is('DisruptionTarget', 'True', 'Preempted')], 'Preempted'],
  ];
  const column = podGroup.columns!.find((c) => c.name === 'Status')!;
  for (const [conditions, want] of table) assert.equal(column.value(aGroup({}, { conditions }), context), want);
});
