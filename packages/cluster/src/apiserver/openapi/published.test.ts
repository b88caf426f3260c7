import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { servedKinds } from '../kinds.ts';
import { Definitions } from './definitions.ts';

interface Field {
  readonly req?: number;
  readonly default?: unknown;
  readonly enum?: readonly string[];
  readonly listType?: string;
  readonly listMapKeys?: readonly string[];
  readonly patchStrategy?: string;
  readonly patchMergeKey?: string;
  readonly gate?: readonly string[];
}
interface Published {
  readonly gvk?: readonly string[];
  readonly mapType?: string;
  readonly fields?: Readonly<Record<string, Field>>;
}

/** A zero value as a default tells clients nothing; where upstream has one is up to how its Go is written. */
const told = (value: unknown): unknown => (value === '' || value === 0 || value === false ? undefined : value);

const source = new URL('../../../../../../shared/facts/schema.json', import.meta.url);

if (!existsSync(source)) {
  test('definitions as published', { skip: 'the published schema is not beside this checkout (../shared/facts)' });
} else {
  const published = (JSON.parse(readFileSync(source, 'utf8')) as { definitions: Record<string, Published> })
    .definitions;
  const definitions = new Definitions(servedKinds, { dialect: 'v3', texts: new Map() });
  for (const name of definitions.reachable(servedKinds.map((k) => k.schema.shape.name))) {
    const wanted = published[name];
    if (!wanted?.fields) continue;
    const ours = JSON.parse(definitions.text(name)) as Record<string, unknown>;
    test(`${name} as published`, () => {
      const fields = Object.entries(wanted.fields!).filter(([field]) => field in (ours['properties'] as object));
      const required = fields.filter(([, f]) => f.req).map(([field]) => field);
      assert.deepEqual(((ours['required'] ?? []) as string[]).toSorted(), required.toSorted());
      assert.equal(ours['x-kubernetes-map-type'], wanted.mapType);
      const properties = ours['properties'] as Record<string, Record<string, unknown>>;
      for (const [field, f] of fields) {
        const own = properties[field]!;
        const said = {
          default: told(own['default']),
          listType: own['x-kubernetes-list-type'],
          listMapKeys: own['x-kubernetes-list-map-keys'],
          patchStrategy: own['x-kubernetes-patch-strategy'],
          patchMergeKey: own['x-kubernetes-patch-merge-key'],
          enum: (own['enum'] ? own : ((own['items'] ?? own['additionalProperties'] ?? own) as { enum?: unknown })).enum,
        };
        const { default: value, listType, listMapKeys, patchStrategy, patchMergeKey, enum: values } = f;
        assert.deepEqual(
          said,
          { default: told(value), listType, listMapKeys, patchStrategy, patchMergeKey, enum: values },
          field,
        );
      }
    });
  }
}
