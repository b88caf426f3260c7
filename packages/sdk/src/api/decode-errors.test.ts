import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { DecodeError, decode } from '../schema/index.ts';
import { pod, resourceSlice, subjectAccessReview } from './index.ts';

const extra = (value: unknown) => ({ spec: { extra: { a: value } } });
const container = (fields: object) => ({ spec: { containers: [{ name: 'c', ...fields }] } });
const cannot = 'json: cannot unmarshal';

describe('values of the wrong type are told in the names that Go has', () => {
  const rows = [
    [
      'a list with a name of its own',
      subjectAccessReview,
      extra('x'),
      `${cannot} string into Go struct field SubjectAccessReviewSpec.spec.extra of type v1.ExtraValue`,
    ],
    [
      'what is in it',
      subjectAccessReview,
      extra([1]),
      `${cannot} number into Go struct field SubjectAccessReviewSpec.spec.extra of type string`,
    ],
    [
      'an embedded struct',
      pod,
      container({ livenessProbe: { httpGet: { port: true } } }),
      `${cannot} bool into Go struct field HTTPGetAction.spec.containers.livenessProbe.ProbeHandler.httpGet.port of type intstr.IntOrString`,
    ],
    [
      'one of a list',
      pod,
      { spec: { volumes: [{ name: 'v', emptyDir: 'x' }] } },
      `${cannot} string into Go struct field Volume.spec.volumes.VolumeSource.emptyDir of type v1.EmptyDirVolumeSource`,
    ],
  ] as const;
  for (const [name, { schema }, body, message] of rows) {
    test(name, () => {
      assert.throws(
        () => decode(schema.shape, body),
        (err) => err instanceof DecodeError && err.message === message,
      );
    });
  }
  test('a list in a map may be null', () => {
    const { spec } = decode(subjectAccessReview.schema.shape, extra(null)) as { spec: object };
    assert.deepEqual(spec, { extra: { a: null } });
  });
});

describe('capacities that nothing is computed with stay as they were written', () => {
  const kept = (value: string): unknown => {
    const devices = [
      { name: 'd', capacity: { memory: { value: '1', requestPolicy: { validRange: { min: value } } } } },
    ];
    const text = JSON.stringify(decode(resourceSlice.schema.shape, { spec: { devices } }));
    return /"min":"([^"]*)"/.exec(text)?.[1];
  };
  for (const text of ['1.', '+5', '0100m', '1Gi']) test(text, () => assert.equal(kept(text), text));
  for (const [text, canonical] of Object.entries({ '1.50': '1500m', '1024Ki': '1Mi', '+1000': '1k' })) {
    test(`but for ${text}`, () => assert.equal(kept(text), canonical));
  }
});
