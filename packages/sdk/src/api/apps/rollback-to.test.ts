import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decode, DecodeError } from '../../schema/index.ts';
import { type Deployment, deployment } from './deployment.ts';
import { rollbackToRules } from './rollback-to.ts';

const key = 'deprecated.deployment.rollback.to';
const aDeployment = (to?: string, annotations: object = {}): Deployment => {
  const made = decode(deployment.schema.shape, {
    metadata: { name: 'd', annotations: { ...annotations, ...(to !== undefined && { [key]: to }) } },
    spec: { selector: { matchLabels: { a: 'b' } }, template: { metadata: { labels: { a: 'b' } }, spec: {} } },
  }) as Deployment;
  deployment.default!(made);
  return made;
};
const toOf = ({ metadata }: Deployment) => metadata.annotations?.[key];

for (const [said, want] of [
  ['5', '5'],
  ['05', '5'],
  ['+7', '7'],
  ['-0', '0'],
  ['', undefined],
  ['9223372036854775807', '9223372036854775807'],
] as const) {
  test(`a deployment that shall go back to ${JSON.stringify(said)}: ${want ?? 'nowhere'}`, () =>
    assert.equal(toOf(aDeployment(said)), want));
}

for (const [said, why] of [
  ['x', 'invalid syntax'],
  [' 1', 'invalid syntax'],
  ['1_0', 'invalid syntax'],
  ['9223372036854775808', 'value out of range'],
] as const) {
  test(`nor can it go back to ${JSON.stringify(said)}`, () =>
    assert.throws(
      () => aDeployment(said),
      new DecodeError(
        `failed to parse annotation[${key}]=${said} as int64: strconv.ParseInt: parsing ${JSON.stringify(said)}: ${why}`,
      ),
    ));
}

test('it goes back to no revision below 0', () => {
  assert.deepEqual([...rollbackToRules(aDeployment('0'))], []);
  const [problem] = rollbackToRules(aDeployment('-1'));
  assert.equal(problem?.field, 'spec.rollback.version');
  assert.equal(problem?.message, 'Invalid value: -1: must be greater than or equal to 0');
});

test('where it goes back to is part of its spec, which a status doesn’t change', () => {
  const context = { now: 0, warn: () => {} };
  const status = deployment.status as { prepareForUpdate(next: Deployment, old: Deployment, c: typeof context): void };
  for (const [next, old, want] of [
    [aDeployment('7'), aDeployment(), undefined],
    [aDeployment(), aDeployment('5'), { [key]: '5' }],
    [aDeployment('7', { x: 'y' }), aDeployment('5'), { [key]: '5', x: 'y' }],
  ] as const) {
    status.prepareForUpdate(next, old, context);
    assert.deepEqual(next.metadata.annotations, want);
  }
});

test('inside it is no annotation', () => {
  assert.deepEqual(deployment.inside!(aDeployment('5', { x: 'y' })).metadata.annotations, { x: 'y' });
  assert.equal(deployment.inside!(aDeployment('5')).metadata.annotations, undefined);
});
