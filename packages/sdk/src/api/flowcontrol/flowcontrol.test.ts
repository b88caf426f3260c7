import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lineOf } from '../../machinery/index.ts';
import { decode } from '../../schema/index.ts';
import { type FlowSchema, flowSchema } from './flowschema.ts';
import { type PriorityLevelConfiguration, priorityLevelConfiguration } from './prioritylevelconfiguration.ts';

type Json = Record<string, unknown>;

const level = (spec: Json, name = 'l'): PriorityLevelConfiguration =>
  decode(priorityLevelConfiguration.schema.shape, { metadata: { name }, spec }) as PriorityLevelConfiguration;
const schema = (spec: Json, name = 's'): FlowSchema =>
  decode(flowSchema.schema.shape, {
    metadata: { name },
    spec: { priorityLevelConfiguration: { name: 'global-default' }, ...spec },
  }) as FlowSchema;
const linesOf = (object: FlowSchema | PriorityLevelConfiguration): string[] => {
  const errors =
    'priorityLevelConfiguration' in object.spec
      ? flowSchema.validate!(object as FlowSchema)
      : priorityLevelConfiguration.validate!(object as PriorityLevelConfiguration);
  return [...errors].map(lineOf);
};

test('what is filled, also in place of zeros', () => {
  assert.equal(schema({}).spec.matchingPrecedence, 1000);
  assert.equal(schema({ matchingPrecedence: 0 }).spec.matchingPrecedence, 1000);
  const queue = { limitResponse: { type: 'Queue', queuing: { handSize: 0 } } };
  assert.deepEqual(level({ type: 'Limited', limited: queue }).spec.limited, {
    nominalConcurrencyShares: 30,
    limitResponse: { type: 'Queue', queuing: { queues: 64, handSize: 8, queueLengthLimit: 50 } },
    lendablePercent: 0,
  });
  const none = level({ type: 'Limited', limited: { nominalConcurrencyShares: 0, limitResponse: { type: 'Reject' } } });
  assert.equal(none.spec.limited?.nominalConcurrencyShares, 0);
  assert.deepEqual(level({ type: 'Exempt', exempt: {} }).spec.exempt, {
    nominalConcurrencyShares: 0,
    lendablePercent: 0,
  });
});

test('what of flow schemas is refused', () => {
  const rule = { verbs: ['get'], apiGroups: [''], resources: ['pods'], namespaces: ['*'] };
  const user = { kind: 'User', user: { name: 'a' } };
  const inRule = (r: Json) => ({ rules: [{ subjects: [user], resourceRules: [{ ...rule, ...r }] }] });
  const ofSubject = (s: Json) => ({ rules: [{ subjects: [s], resourceRules: [rule] }] });
  const toUrl = (...nonResourceURLs: string[]) => ({
    rules: [{ subjects: [user], nonResourceRules: [{ verbs: ['get'], nonResourceURLs }] }],
  });
  const [r, u] = ['spec.rules[0].resourceRules[0]', 'spec.rules[0].nonResourceRules[0].nonResourceURLs'];
  const table: [spec: Json, want: string[]][] = [
    [inRule({}), []],
    [{ matchingPrecedence: -1 }, ['spec.matchingPrecedence: Invalid value: -1: must be a positive value']],
    [{ matchingPrecedence: 10_001 }, ['spec.matchingPrecedence: Invalid value: 10001: must not be greater than 10000']],
    [
      { matchingPrecedence: 1 },
      ["spec.matchingPrecedence: Invalid value: 1: only the schema named 'exempt' may have matchingPrecedence 1"],
    ],
    [
      { distinguisherMethod: { type: 'ByColour' } },
      [
        'spec.distinguisherMethod.type: Unsupported value: {"Type":"ByColour"}: supported values: "ByNamespace", "ByUser"',
      ],
    ],
    [
      inRule({ verbs: ['get', '*'] }),
      [`${r}.verbs: Invalid value: ["get","*"]: if '*' is present, must not specify other verbs`],
    ],
    [
      inRule({ namespaces: [] }),
      [
        `${r}.namespaces: Required value: resource rules that are not cluster scoped must supply at least one namespace`,
      ],
    ],
    [inRule({ namespaces: [], clusterScope: true }), []],
    [
      ofSubject({ kind: 'Group', user: { name: 'a' } }),
      [
        "spec.rules[0].subjects[0].group: Required value: group is required when subject kind is 'Group'",
        "spec.rules[0].subjects[0].user: Forbidden: user is forbidden when subject kind is not 'User'",
      ],
    ],
    [toUrl('/', '/a/*', '/healthz'), []],
    [
      toUrl('', 'a', '/a b', '/a//b', '/*/a'),
      [
        `${u}[0]: Invalid value: "": must not be empty`,
        `${u}[1]: Invalid value: "a": must start with slash`,
        `${u}[2]: Invalid value: "/a b": must not contain white-space`,
        `${u}[3]: Invalid value: "/a//b": must not contain double slash`,
        `${u}[4]: Invalid value: "/*/a": wildcard can only do suffix matching`,
      ],
    ],
  ];
  for (const [spec, want] of table) assert.deepEqual(linesOf(schema(spec)), want, JSON.stringify(spec));
});

test('what of priority levels is refused', () => {
  const queuing = (q: Json) => ({ type: 'Limited', limited: { limitResponse: { type: 'Queue', queuing: q } } });
  const at = 'spec.limited.limitResponse.queuing';
  const table: [spec: Json, want: string[]][] = [
    [queuing({}), []],
    [queuing({ queues: 64, handSize: 10 }), []],
    [
      queuing({ queues: 64, handSize: 11 }),
      [
        `${at}.handSize: Invalid value: 11: required entropy bits of deckSize 64 and handSize 11 should not be greater than 60`,
      ],
    ],
    [queuing({ queues: 4 }), [`${at}.handSize: Invalid value: 8: should not be greater than queues (4)`]],
    [{ type: 'Odd' }, ['spec.type: Unsupported value: "Odd": supported values: "Exempt", "Limited"']],
    [{}, ['spec.type: Required value']],
    [
      { type: 'Exempt', exempt: { lendablePercent: 101 } },
      [
        "spec.type: Invalid value: \"Exempt\": must be 'Exempt' if and only if `name` is 'exempt'",
        'spec.exempt.lendablePercent: Invalid value: 101: must be between 0 and 100, inclusive',
      ],
    ],
  ];
  for (const [spec, want] of table) assert.deepEqual(linesOf(level(spec)), want, JSON.stringify(spec));
});

test('mandatory objects stay as they are, but for what administrators say of the exempt', () => {
  const exempt = (shares: number) => level({ type: 'Exempt', exempt: { nominalConcurrencyShares: shares } }, 'exempt');
  assert.deepEqual(linesOf(exempt(7)), []);
  const reject = { type: 'Limited', limited: { nominalConcurrencyShares: 6, limitResponse: { type: 'Reject' } } };
  assert.match(linesOf(level(reject, 'catch-all'))[0]!, /spec of 'catch-all' must equal the fixed value$/);
  assert.match(linesOf(schema({}, 'catch-all'))[0]!, /^spec: Invalid value: \{"PriorityLevelConfiguration":\{"Name":/);
});
