import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import * as api from '@tiphys/sdk/api';
import { equal, type JsonObject, type KubeObject, type ManagedFieldsEntry, StatusError } from '@tiphys/sdk/machinery';
import { type AnyKind, applyManaged, decode, erase, updateManaged } from '@tiphys/sdk/schema';
import fc from 'fast-check';
import { buildProgram, withoutGo } from './go-program.ts';
import { history, type Step } from './histories.ts';

const kinds: readonly AnyKind[] = [erase(api.pod), erase(api.service), erase(api.configMap)];
const count = 3000;
const seed = Number(process.env['SEED'] ?? 20);

interface Outcome {
  readonly refused?: string;
  readonly object?: KubeObject;
  readonly managed?: readonly ManagedFieldsEntry[];
}

test(`${count} histories of applies and updates end as Kubernetes' own field managers end them`, (t) => {
  const why = withoutGo('merge');
  if (why) return t.skip(why);
  const program = buildProgram('merge');
  const histories = fc.sample(history, { numRuns: count, seed });
  const { stdout, stderr, status } = spawnSync(program, {
    input: histories
      .map((steps) => `${JSON.stringify({ empty: decode(kindOf(steps).schema.shape, {}, { fill: false }), steps })}\n`)
      .join(''),
    encoding: 'utf8',
    maxBuffer: 1 << 30,
  });
  assert.equal(status, 0, stderr);
  const wanted = stdout.trim().split('\n');
  assert.equal(wanted.length, count);
  for (const [i, steps] of histories.entries()) {
    const want = JSON.parse(wanted[i]!) as Outcome[];
    const got = outcomesOf(steps);
    for (const [j, step] of steps.entries()) {
      assert.deepEqual(
        told(got[j]!),
        told(want[j]!),
        `SEED=${seed}, history ${i}, step ${j}: ${JSON.stringify(steps.slice(0, j + 1))}\n${JSON.stringify(step)}`,
      );
    }
  }
});

const kindOf = (steps: readonly Step[]): AnyKind => kinds.find((k) => k.kind === steps[0]!.object['kind'])!;

/** The same through ours. As in Go, nothing is decoded or filled in between. */
function outcomesOf(steps: readonly Step[]): Outcome[] {
  const { apiVersion, kind: said, schema } = kindOf(steps);
  let live: KubeObject | undefined;
  return steps.map(({ apply, manager, force, object }): Outcome => {
    const writer = { shape: schema.shape, apiVersion, manager, subresource: '', now: '2026-01-01T00:00:00Z' };
    try {
      if (apply)
        live = applyManaged({
          ...writer,
          kind: said,
          live,
          applied: structuredClone(object),
          force,
        }).object;
      else live = updated(writer, live, structuredClone(object) as unknown as KubeObject);
    } catch (err) {
      if (err instanceof StatusError) return { refused: err.message };
      throw err;
    }
    return { object: live, managed: live.metadata.managedFields ?? [] };
  });
}

function updated(
  writer: Omit<Parameters<typeof updateManaged>[0], 'old' | 'next'>,
  old: KubeObject | undefined,
  next: KubeObject,
) {
  const managedFields = updateManaged({ ...writer, old, next });
  const { managedFields: _, ...metadata } = next.metadata;
  return { ...next, metadata: { ...metadata, ...(managedFields && { managedFields }) } };
}

/** What two outcomes have to have in common: not the times, nor the order that these give. */
function told({ refused, object, managed }: Outcome) {
  // Problems come in the order in which Go walks maps: in any.
  if (refused !== undefined) return { refused: refused.split('\n').toSorted() };
  const {
    managedFields: _,
    resourceVersion: _r,
    uid: _u,
    ...metadata
  } = (object as KubeObject & { metadata?: JsonObject }).metadata ?? {};
  const owners = (managed ?? []).map(({ time: __, ...owner }) => owner);
  return {
    object: plain({ ...object, metadata: Object.keys(metadata).length ? metadata : undefined }),
    owners: owners.toSorted((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1)).map(plain),
  };
}

const nameOf = ({ manager, operation }: Omit<ManagedFieldsEntry, 'time'>): string => `${operation} ${manager}`;
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

test('the histories have conflicts, refusals and objects with several owners among them', () => {
  const outcomes = fc.sample(history, { numRuns: 300, seed }).flatMap(outcomesOf);
  const some = (is: (o: Outcome) => boolean) => assert.ok(outcomes.filter(is).length > 20);
  some(({ refused }) => /conflict/.test(refused ?? ''));
  some(({ refused }) => /failed to create typed patch object/.test(refused ?? ''));
  some(({ managed }) => (managed?.length ?? 0) > 2);
  assert.ok(!outcomes.every((o) => equal(o, outcomes[0])));
});
