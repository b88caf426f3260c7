import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type FieldError, type KubeObject, lineOf } from '../../machinery/index.ts';
import { decode, type Kind } from '../../schema/index.ts';
import { mutatingAdmissionPolicy } from './mutatingadmissionpolicy.ts';
import {
  type MutatingAdmissionPolicyBinding,
  mutatingAdmissionPolicyBinding,
  mutatingAdmissionPolicyBindingV1Alpha1,
} from './mutatingadmissionpolicybinding.ts';
import { mutatingWebhookConfiguration } from './mutatingwebhookconfiguration.ts';
import { validatingAdmissionPolicy } from './validatingadmissionpolicy.ts';
import { validatingAdmissionPolicyBinding } from './validatingadmissionpolicybinding.ts';

type Json = Record<string, unknown>;
type Row = [more: Json, want: string[]];

function read<O extends KubeObject, M>(kind: Kind<O, M>, fields: Json): O {
  return decode(kind.schema.shape, { metadata: { name: 'x' }, ...fields }) as O;
}
const lines = (errors: Iterable<FieldError>): string[] => [...errors].map(lineOf);

const rule = { operations: ['CREATE'], apiGroups: [''], apiVersions: ['v1'], resources: ['pods'] };
const webhook = {
  name: 'a.example.com',
  clientConfig: { url: 'https://example.com/hook' },
  rules: [rule],
  sideEffects: 'None',
  admissionReviewVersions: ['v1'],
};
const webhooks = (more: Json) => read(mutatingWebhookConfiguration, { webhooks: [{ ...webhook, ...more }] });

test('what of webhooks is filled', () => {
  const [hook] = webhooks({ clientConfig: { service: { namespace: 'n', name: 's' } } }).webhooks!;
  assert.deepEqual(hook, {
    ...webhook,
    clientConfig: { service: { namespace: 'n', name: 's', port: 443 } },
    rules: [{ ...rule, scope: '*' }],
    failurePolicy: 'Fail',
    matchPolicy: 'Equivalent',
    namespaceSelector: {},
    objectSelector: {},
    timeoutSeconds: 10,
    reinvocationPolicy: 'Never',
  });
});

test('what of webhooks is refused', () => {
  const at = 'webhooks[0]';
  const resources = (...of: string[]) => ({ rules: [{ ...rule, resources: of }] });
  const table: Row[] = [
    [{}, []],
    [
      { name: 'a.b' },
      [`${at}.name: Invalid value: "a.b": should be a domain with at least three segments separated by dots`],
    ],
    [
      resources('pods/*', 'pods/status'),
      [
        `${at}.rules[0].resources[1]: Invalid value: "pods/status": if 'pods/*' is present, must not specify pods/status`,
      ],
    ],
    [
      resources('*/scale', 'pods/scale'),
      [
        `${at}.rules[0].resources[1]: Invalid value: "pods/scale": if '*/scale' is present, must not specify pods/scale`,
      ],
    ],
    [
      resources('*/*', 'pods'),
      [
        `${at}.rules[0].resources: Invalid value: ["*/*","pods"]: if '*/*' is present, must not specify other resources`,
      ],
    ],
    [
      resources('*', 'pods'),
      [
        `${at}.rules[0].resources: Invalid value: ["*","pods"]: if '*' is present, must not specify other resources without subresources`,
      ],
    ],
    // Only the last of the plain resources is remembered.
    [resources('pods', '*'), []],
    [
      { sideEffects: 'Some' },
      [`${at}.sideEffects: Unsupported value: "Some": supported values: "None", "NoneOnDryRun"`],
    ],
    [{ sideEffects: null }, [`${at}.sideEffects: Required value: must specify one of None, NoneOnDryRun`]],
    [
      { timeoutSeconds: 31 },
      [`${at}.timeoutSeconds: Invalid value: 31: the timeout value must be between 1 and 30 seconds`],
    ],
    [
      { admissionReviewVersions: ['v2', 'v2'] },
      [
        `${at}.admissionReviewVersions[1]: Invalid value: "v2": duplicate version`,
        `${at}.admissionReviewVersions: Invalid value: ["v2","v2"]: must include at least one of v1, v1beta1`,
      ],
    ],
    [{ clientConfig: {} }, [`${at}.clientConfig: Required value: exactly one of url or service is required`]],
    [
      { clientConfig: { url: 'http://u@h/?q#f' } },
      [
        `${at}.clientConfig.url: Invalid value: "http": 'https' is the only allowed URL scheme; desired format: https://host[/path]`,
        `${at}.clientConfig.url: Invalid value: "u": user information is not permitted in the URL`,
        `${at}.clientConfig.url: Invalid value: "f": fragments are not permitted in the URL`,
        `${at}.clientConfig.url: Invalid value: "q": query parameters are not permitted in the URL`,
      ],
    ],
    // The missing namespace is told as the name, as upstream does.
    [
      { clientConfig: { service: { name: 's', path: 'a//B' } } },
      [
        `${at}.clientConfig.service.name: Required value`,
        `${at}.clientConfig.service.path: Invalid value: "a//B": must start with a '/'`,
        `${at}.clientConfig.service.path: Invalid value: "a//B": segment[0] may not be empty`,
      ],
    ],
    [
      {
        matchConditions: [
          { name: 'a', expression: ' ' },
          { name: 'a', expression: 'true' },
        ],
      },
      [`${at}.matchConditions[0].expression: Required value`, `${at}.matchConditions[1].name: Duplicate value: "a"`],
    ],
  ];
  for (const [more, want] of table) {
    const got = lines(mutatingWebhookConfiguration.validate!(webhooks(more)));
    assert.deepEqual(got.slice(0, want.length || undefined), want, JSON.stringify(more));
  }
});

test('a stored webhook may go on with what would be refused of a new one', () => {
  const update = (old: Json, next: Json) =>
    lines(mutatingWebhookConfiguration.validate!(webhooks(next), webhooks(old)));
  assert.deepEqual(update({ sideEffects: 'Some' }, { sideEffects: 'Unknown' }), []);
  assert.equal(update({ sideEffects: 'None' }, { sideEffects: 'Some' }).length, 1);
  assert.deepEqual(update({ admissionReviewVersions: ['v9'] }, { admissionReviewVersions: ['v8'] }), []);
  const badLabel = { objectSelector: { matchExpressions: [{ key: 'a', operator: 'In', values: ['-'] }] } };
  assert.deepEqual(update(badLabel, badLabel), []);
  assert.equal(update({}, badLabel).length, 1);
});

test('a change of webhooks is a new generation', () => {
  const generation = (next: Json) => {
    const object = webhooks(next);
    mutatingWebhookConfiguration.prepareForUpdate!(object, webhooks({}), { now: 0, warn: () => {} });
    return object.metadata.generation;
  };
  assert.equal(generation({ timeoutSeconds: 9 }), 1);
  assert.equal(generation({}), undefined);
  assert.equal(generation({ matchConditions: [] }), 1);
  const labelled = decode(mutatingWebhookConfiguration.schema.shape, { metadata: { labels: {} } }) as ReturnType<
    typeof webhooks
  >;
  mutatingWebhookConfiguration.prepareForUpdate!(labelled, { ...labelled }, { now: 0, warn: () => {} });
  assert.equal(labelled.metadata.generation, undefined);
});

const matchConstraints = { resourceRules: [rule] };

test('what of validating policies is refused', () => {
  const nothing = 'validations or auditAnnotations must contain at least one item';
  const fine = { matchConstraints, validations: [{ expression: 'true' }] };
  const table: Row[] = [
    [fine, []],
    [
      { ...fine, failurePolicy: 'Maybe' },
      ['spec.failurePolicy: Unsupported value: "Maybe": supported values: "Fail", "Ignore"'],
    ],
    [{ validations: fine.validations }, ['spec.matchConstraints: Required value']],
    [{ ...fine, matchConstraints: {} }, ['spec.matchConstraints.resourceRules: Required value']],
    [
      { matchConstraints },
      [`spec.validations: Required value: ${nothing}`, `spec.auditAnnotations: Required value: ${nothing}`],
    ],
    [
      { ...fine, paramKind: { apiVersion: 'a/b/c', kind: 'A B' } },
      [
        'spec.paramKind.apiVersion: Invalid value: "a/b/c": unexpected GroupVersion string: a/b/c',
        "spec.paramKind.kind: Invalid value: \"A B\": may have mixed case, but should otherwise match: a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')",
      ],
    ],
    [
      { ...fine, variables: [{ name: 'in', expression: '' }] },
      [
        'spec.variables[0].name: Invalid value: "in": must be a valid CEL identifier',
        'spec.variables[0].expression: Required value: expression is not specified',
      ],
    ],
    [
      { matchConstraints, validations: [{ expression: '', message: 'a\nb', reason: 'Odd' }] },
      [
        'spec.validations[0].expression: Required value: expression is not specified',
        'spec.validations[0].message: Invalid value: "a\\nb": must not contain line breaks',
        'spec.validations[0].reason: Unsupported value: "Odd": supported values: "Forbidden", "Invalid", "RequestEntityTooLarge"',
      ],
    ],
    [
      {
        ...fine,
        auditAnnotations: [
          { key: 'k', valueExpression: "'a'" },
          { key: 'k', valueExpression: '' },
        ],
      },
      [
        'spec.auditAnnotations[1].valueExpression: Required value: valueExpression is not specified',
        'spec.auditAnnotations[1].key: Duplicate value: "k"',
      ],
    ],
  ];
  for (const [spec, want] of table) {
    assert.deepEqual(lines(validatingAdmissionPolicy.validate!(read(validatingAdmissionPolicy, { spec }))), want);
  }
});

test('what of mutating policies is refused', () => {
  const apply = { patchType: 'ApplyConfiguration', applyConfiguration: { expression: 'Object{}' } };
  const fine = { matchConstraints, mutations: [apply], reinvocationPolicy: 'Never' };
  const table: Row[] = [
    [fine, []],
    [{ ...fine, reinvocationPolicy: undefined }, ['spec.reinvocationPolicy: Required value']],
    [{ ...fine, mutations: [] }, ['spec.mutations: Required value: mutations must contain at least one item']],
    [
      { ...fine, matchConstraints: { resourceRules: [{ ...rule, operations: ['DELETE'] }] } },
      [
        'spec.matchConstraints.resourceRules.operations: Unsupported value: "DELETE": supported values: "*", "CONNECT", "CREATE", "UPDATE"',
      ],
    ],
    [
      { ...fine, mutations: [{ ...apply, patchType: 'JSONPatch' }] },
      [
        'spec.mutations[0].jsonPatch: Required value: must be specified when patchType is JSONPatch',
        'spec.mutations[0].applyConfiguration: Invalid value: "{applyConfiguration}": must not be specified when patchType is JSONPatch',
      ],
    ],
    [
      { ...fine, mutations: [{ patchType: 'Sed' }] },
      ['spec.mutations[0].patchType: Unsupported value: "Sed": supported values: "ApplyConfiguration", "JSONPatch"'],
    ],
  ];
  for (const [spec, want] of table) {
    assert.deepEqual(lines(mutatingAdmissionPolicy.validate!(read(mutatingAdmissionPolicy, { spec }))), want);
  }
});

test('what is done without parameters goes without saying in the oldest version alone', () => {
  const binding = { metadata: {}, spec: { policyName: 'p', paramRef: { name: 'x' } } };
  const actionIn = (kind: typeof mutatingAdmissionPolicyBinding) => {
    const decoded = decode(kind.schema.shape, binding) as MutatingAdmissionPolicyBinding;
    kind.default?.(decoded);
    return decoded.spec.paramRef?.parameterNotFoundAction;
  };
  assert.equal(actionIn(mutatingAdmissionPolicyBindingV1Alpha1), 'Deny');
  assert.equal(actionIn(mutatingAdmissionPolicyBinding), undefined);
});

test('what of bindings is refused, and how they print', () => {
  const fine = { policyName: 'p', validationActions: ['Deny'] };
  const table: Row[] = [
    [fine, []],
    [
      { ...fine, validationActions: ['Deny', 'Warn', 'Deny'] },
      [
        'spec.validationActions[2]: Duplicate value: "Deny"',
        'spec.validationActions: Invalid value: ["Deny","Warn","Deny"]: must not contain both Deny and Warn (repeating the same validation failure information in the API response and headers serves no purpose)',
      ],
    ],
    [
      { validationActions: [] },
      [
        'spec.policyName: Required value',
        'spec.validationActions: Required value: at least one validation action is required',
      ],
    ],
    [
      { ...fine, paramRef: {} },
      [
        'spec.paramRef: Required value: one of name or selector must be specified',
        'spec.paramRef.parameterNotFoundAction: Required value',
      ],
    ],
    [
      { ...fine, paramRef: { name: 'a', selector: {}, parameterNotFoundAction: 'Maybe' } },
      [
        'spec.paramRef.name: Forbidden: name and selector are mutually exclusive',
        'spec.paramRef.selector: Forbidden: name and selector are mutually exclusive',
        'spec.paramRef.parameterNotFoundAction: Unsupported value: "Maybe": supported values: "Deny", "Allow"',
      ],
    ],
  ];
  const binding = (spec: Json) => read(validatingAdmissionPolicyBinding, { spec });
  for (const [spec, want] of table) {
    assert.deepEqual(lines(validatingAdmissionPolicyBinding.validate!(binding(spec))), want);
  }
  const param = (paramRef: Json | undefined) =>
    validatingAdmissionPolicyBinding.columns![2]!.value(binding({ ...fine, paramRef }), { now: 0 });
  assert.equal(param(undefined), '<unset>');
  assert.equal(param({ name: 'a' }), '*/a');
  assert.equal(param({ name: 'a', namespace: 'n' }), 'n/a');
  assert.equal(
    param({ selector: { matchLabels: { b: '1', a: '2' } } }),
    '&LabelSelector{MatchLabels:map[string]string{a: 2,b: 1,},MatchExpressions:[]LabelSelectorRequirement{},}',
  );
});
