import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { lineOf } from '../../machinery/index.ts';
import { decode } from '../../schema/index.ts';
import { type PodDisruptionBudget, podDisruptionBudget } from './poddisruptionbudget.ts';

const aBudget = (spec: object = {}, status: object = {}): PodDisruptionBudget =>
  decode(podDisruptionBudget.schema.shape, {
    metadata: { name: 'b' },
    spec: { selector: { matchLabels: { app: 'web' } }, ...spec },
    status,
  }) as PodDisruptionBudget;

describe('a disruption budget', () => {
  const bad = { matchExpressions: [{ key: 'app', operator: 'In', values: ['not a value'] }] };
  const valueProblem =
    /^spec\.selector\.matchExpressions\[0\]\.values\[0\]: Invalid value: "not a value": a valid label/;
  const rows: [string, PodDisruptionBudget, PodDisruptionBudget | undefined, (string | RegExp)[]][] = [
    ['of so many', aBudget({ minAvailable: 1 }), undefined, []],
    ['of a share', aBudget({ maxUnavailable: '50%' }), undefined, []],
    [
      'of more than all',
      aBudget({ maxUnavailable: '101%' }),
      undefined,
      ['spec.maxUnavailable: Invalid value: "101%": must not be greater than 100%'],
    ],
    [
      'of less than none',
      aBudget({ minAvailable: -1 }),
      undefined,
      ['spec.minAvailable: Invalid value: -1: must be greater than or equal to 0'],
    ],
    [
      'told in two ways',
      aBudget({ minAvailable: 1, maxUnavailable: 1 }),
      undefined,
      [/^spec: Invalid value: \{"MinAvailable":1,"Selector":\{"matchLabels":\{"app":"web"\}\},"MaxUnavailable":1,/],
    ],
    [
      'with a policy nobody knows',
      aBudget({ unhealthyPodEvictionPolicy: 'Never' }),
      undefined,
      [
        'spec.unhealthyPodEvictionPolicy: Unsupported value: "Never": supported values: "AlwaysAllow", "IfHealthyBudget"',
      ],
    ],
    ['with a value that is none', aBudget({ selector: bad }), undefined, [valueProblem]],
    ['with one that it always had', aBudget({ selector: bad }), aBudget({ selector: bad }), []],
  ];
  for (const [name, next, old, want] of rows) {
    test(name, () => {
      const got = [...podDisruptionBudget.validate!(next, old)].map(lineOf);
      assert.equal(got.length, want.length, got.join('\n'));
      for (const [i, line] of want.entries()) {
        if (typeof line === 'string') assert.equal(got[i], line);
        else assert.match(got[i]!, line);
      }
    });
  }
});

test('a budget’s status has good conditions and no negative counts', () => {
  const { status } = podDisruptionBudget;
  assert.ok(typeof status === 'object');
  const twice = { type: 'DisruptionAllowed', status: 'Maybe', reason: '1', message: '' };
  const next = aBudget({}, { disruptionsAllowed: -1, conditions: [twice, { ...twice, lastTransitionTime: null }] });
  const lines = [...status.validate!(next, aBudget(), { now: 0 })].map(lineOf);
  assert.deepEqual(
    lines.map((l) => l.split(': ').slice(0, 2).join(': ')),
    [
      'status.conditions[0].status: Unsupported value',
      'status.conditions[0].lastTransitionTime: Required value',
      'status.conditions[0].reason: Invalid value',
      'status.conditions[1].type: Duplicate value',
      'status.conditions[1].status: Unsupported value',
      'status.conditions[1].lastTransitionTime: Required value',
      'status.conditions[1].reason: Invalid value',
      'status.disruptionsAllowed: Invalid value',
    ],
  );
});
