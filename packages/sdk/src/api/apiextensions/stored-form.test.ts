import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonObject } from '../../machinery/index.ts';
import { fromStoredForm } from './stored-form.ts';

const schema = { openAPIV3Schema: { type: 'object' } };
const v1 = { name: 'v1', served: true, storage: true };
const column = { name: 'A', type: 'string' };

const cases: Readonly<Record<string, [stored: JsonObject, wanted: JsonObject]>> = {
  'what stands once is said of each version': [
    { versions: [v1, { ...v1, name: 'v2' }], version: 'v1', validation: schema, subresources: { status: {} } },
    {
      preserveUnknownFields: true,
      versions: [
        { ...v1, schema, subresources: { status: {} } },
        { ...v1, name: 'v2', schema, subresources: { status: {} } },
      ],
    },
  ],
  'what a version says of itself stays': [
    { versions: [{ ...v1, schema }], preserveUnknownFields: false },
    { preserveUnknownFields: false, versions: [{ ...v1, schema }] },
  ],
  'a version that is named alone is the one': [
    { version: 'v1', validation: schema },
    { preserveUnknownFields: true, versions: [{ ...v1, schema }] },
  ],
  'columns are named as they are now, once for all or of a version': [
    { versions: [v1], additionalPrinterColumns: [{ ...column, JSONPath: '.a' }] },
    { preserveUnknownFields: true, versions: [{ ...v1, additionalPrinterColumns: [{ ...column, jsonPath: '.a' }] }] },
  ],
  'the webhook that converts has a place of its own': [
    {
      versions: [],
      conversion: { strategy: 'Webhook', webhookClientConfig: { url: 'u' }, conversionReviewVersions: ['v1'] },
    },
    {
      preserveUnknownFields: true,
      conversion: { strategy: 'Webhook', webhook: { clientConfig: { url: 'u' }, conversionReviewVersions: ['v1'] } },
      versions: [],
    },
  ],
};

for (const [name, [spec, wanted]] of Object.entries(cases)) {
  test(`a definition as kube-apiservers store it: ${name}`, () => {
    const metadata = { name: 'a' };
    assert.deepEqual(fromStoredForm({ metadata, spec }), { metadata, spec: wanted });
  });
}

test('a stored definition without a spec is left as it is', () => {
  assert.deepEqual(fromStoredForm({ spec: 1 }), { spec: 1 });
});
