import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';
import * as api from '@tiphys/sdk/api';
import { field, invalid } from '@tiphys/sdk/machinery';
import { defineKind, erase, openEnvelope, s } from '@tiphys/sdk/schema';
import { kindsIn, kindsServedBy } from './kinds.ts';
import { serverScene } from './server-scene.ts';

// <invented>
const lighthouseShape = s.struct('io.example.harbour.v1.Lighthouse', {
  metadata: s.held(1, api.objectMeta),
  spec: s.req(2, s.struct('io.example.harbour.v1.LighthouseSpec', { colour: s.opt(1, s.str(), { default: 'white' }) })),
});

export const lighthouse = defineKind({
  group: 'harbour.example.io',
  version: 'v1',
  kind: 'Lighthouse',
  plural: 'lighthouses',
  scope: 'Namespaced',
  shortNames: ['lh'],
  schema: lighthouseShape,
  *validate({ spec: { colour } }) {
    if (colour === 'black') yield invalid(field('spec', 'colour'), colour, "can't be seen at night");
  },
  columns: [api.nameColumn, { name: 'Colour', type: 'string', value: (l) => l.spec.colour }, api.ageColumn],
});
// </invented>

const source = fileURLToPath(new URL('../../src/apiserver/kinds.test.ts', import.meta.url));
const guide = fileURLToPath(new URL('../../../../CONTRIBUTING.md', import.meta.url));

test('CONTRIBUTING shows this invented kind', () => {
  const [, declaration] = readFileSync(source, 'utf8').split(/^\/\/ <\/?invented>\n/m);
  const plain = declaration!.replaceAll('api.', '');
  assert.ok(readFileSync(guide, 'utf8').includes(plain), plain);
});

test('a kind that is declared is served like any other: its declaration is all that there is', async (t) => {
  const kinds = kindsServedBy({ kinds: kindsIn({ ...api, lighthouse: erase(lighthouse) }) });
  const scene = await serverScene({}, kinds);
  t.after(() => scene.stop());
  const ask: typeof scene.ask = (...question) => scene.ask(...question);
  await scene.given({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'coast' } });
  const path = '/apis/harbour.example.io/v1/namespaces/coast/lighthouses';
  const accept = (media: string) => ({ headers: { accept: media } });

  const made = await ask('POST', path, { metadata: { name: 'east' }, spec: {} });
  assert.deepEqual([made.status, made.body['spec']], [201, { colour: 'white' }]);
  const refused = await ask('POST', path, { metadata: { name: 'west' }, spec: { colour: 'black' } });
  assert.equal(
    refused.message,
    `Lighthouse.harbour.example.io "west" is invalid: spec.colour: Invalid value: "black": can't be seen at night`,
  );

  const apply = { headers: { 'content-type': 'application/apply-patch+yaml' } };
  const applied = { apiVersion: 'harbour.example.io/v1', kind: 'Lighthouse', spec: { colour: 'red' } };
  const taken = await ask('PATCH', `${path}/east?fieldManager=keeper&force=true`, applied, apply);
  assert.deepEqual([taken.status, taken.body['spec']], [200, { colour: 'red' }]);

  const table = await ask('GET', path, undefined, accept('application/json;as=Table;g=meta.k8s.io;v=v1'));
  const [row] = table.body['rows'] as { cells: unknown[] }[];
  assert.deepEqual(row?.cells.slice(0, 2), ['east', 'red']);
  const { bytes } = await ask('GET', `${path}/east`, undefined, accept('application/vnd.kubernetes.protobuf'));
  assert.equal(openEnvelope(bytes).kind, 'Lighthouse');
  const { body: found } = await ask('GET', '/apis/harbour.example.io/v1');
  assert.deepEqual((found['resources'] as { name: string; shortNames?: string[] }[])[0]?.shortNames, ['lh']);
  const { text } = await ask('GET', '/openapi/v3/apis/harbour.example.io/v1');
  assert.match(text, /"io\.example\.harbour\.v1\.LighthouseSpec"/);
});
