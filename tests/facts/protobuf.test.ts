import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import * as api from '@tiphys/sdk/api';
import type { KubeObject } from '@tiphys/sdk/machinery';
import { type AnyKind, decodeMessage, encodeMessage, openEnvelope, sealEnvelope } from '@tiphys/sdk/schema';

const pairs = new URL('../../../../shared/golden/roundtrip/', import.meta.url);
const kinds = (Object.values(api) as unknown[]).filter(
  (k): k is AnyKind => typeof k === 'object' && k !== null && 'schema' in k && 'plural' in k,
);

if (!existsSync(pairs)) {
  test('published protobuf pairs', {
    skip: 'the recorded pairs are not beside this checkout (../shared/golden/roundtrip)',
  });
} else {
  const published = new Set(readdirSync(pairs));
  for (const kind of kinds) {
    const name = `${kind.group || 'core'}.${kind.version}.${kind.kind}`;
    if (!published.has(`${name}.pb`)) continue;
    const bytes = readFileSync(new URL(`${name}.pb`, pairs));
    const json = JSON.parse(readFileSync(new URL(`${name}.json`, pairs), 'utf8')) as KubeObject;
    const { apiVersion, kind: said } = kind;

    test(`${name}: every field filled, as the published protobuf`, () => {
      const sealed = sealEnvelope({ apiVersion, kind: said, raw: encodeMessage(kind.schema.shape, json) });
      assert.deepEqual(dump(sealed), dump(bytes));
    });
    test(`${name}: every field filled, read from the published protobuf`, () => {
      const opened = openEnvelope(bytes);
      assert.deepEqual({ apiVersion: opened.apiVersion, kind: opened.kind }, { apiVersion, kind: said });
      assert.deepEqual({ ...decodeMessage(kind.schema.shape, opened.raw), apiVersion, kind: said }, json);
    });
  }
}

/** In lines, so that a difference is found by eye. */
const dump = (bytes: Uint8Array): string[] =>
  Buffer.from(bytes)
    .toString('latin1')
    .match(/[^]{1,32}/g) ?? [];
