import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FieldShape, Shape, StructShape } from '@tiphys/sdk/machinery';
import { declaredKinds, facts, noFacts, titleOf } from './facts.ts';

interface Fact {
  readonly t: string;
  readonly ref?: string;
  readonly items?: Fact;
  readonly format?: string;
  readonly req?: 1;
  readonly om?: 1;
  readonly oz?: 1;
  readonly ptr?: 1;
  readonly default?: unknown;
  readonly enum?: readonly string[];
  readonly listType?: string;
  readonly listMapKeys?: readonly string[];
  readonly mapType?: string;
  readonly patchStrategy?: string;
  readonly patchMergeKey?: string;
  readonly pn?: number | readonly number[];
}
interface Definition {
  readonly fields?: Readonly<Record<string, Fact>>;
  readonly mapType?: string;
}
type Proto = readonly (readonly [field: string, number: number, type: string, label: string])[];

const { definitions = {} } = facts<{ definitions?: Readonly<Record<string, Definition>> }>('schema.json');
const { packages = {} } = facts<{ packages?: Readonly<Record<string, Readonly<Record<string, Proto>>>> }>('proto.json');

/** Versions that are published without what later ones of the same struct say; both are declared by one. */
const becameAtomic = new Set(['io.k8s.api.admissionregistration.v1alpha1.Variable']);

test('every struct of every declared kind is as published', { skip: noFacts }, async (t) => {
  const met = new Map<string, StructShape>();
  for (const kind of declaredKinds) collect(kind.schema.shape, met);
  assert.ok(met.size > 100);
  for (const [name, shape] of [...met].sort(([a], [b]) => (a < b ? -1 : 1))) {
    await t.test(name, () => {
      const published = definitions[name];
      assert.ok(published && isStruct(name), 'it is published');
      const mine = Object.fromEntries([...shape.fields.values()].map((f) => [f.name, describe(f)]));
      const theirs = Object.fromEntries(
        Object.entries(published.fields ?? {})
          // Of every object, and in no declaration.
          .filter(([k]) => shape.fields.has(k) || !(k === 'apiVersion' || k === 'kind'))
          .map(([k, f]) => [k, factOf(f)]),
      );
      assert.deepEqual(mine, theirs);
      if (!becameAtomic.has(name)) assert.equal(shape.atomic ?? false, published.mapType === 'atomic', 'atomic');
      assert.deepEqual([...shape.fields.keys()].filter(isInProto(name)), orderOf(name, shape), 'published order');
    });
  }
});

test('every declared kind is published under its name', { skip: noFacts }, () => {
  for (const kind of declaredKinds) assert.ok(definitions[kind.schema.shape.name]?.fields, titleOf(kind));
});

function collect(shape: Shape, met: Map<string, StructShape>): void {
  if (shape.type === 'list') collect(shape.items, met);
  else if (shape.type === 'map') collect(shape.values, met);
  else if (shape.type === 'struct' && !met.has(shape.name)) {
    met.set(shape.name, shape);
    for (const f of shape.fields.values()) collect(f.shape, met);
  }
}

/** Both sides in the same words. */
interface Words {
  readonly type: unknown;
  readonly number: unknown;
  readonly required: boolean;
  readonly written: 'always' | 'when set';
  readonly default: unknown;
  readonly patch: readonly unknown[];
}

function describe(f: FieldShape): Words {
  const { shape } = f;
  const patchOfList = shape.type === 'list' ? [shape.patchStrategy, shape.patchKey] : [undefined, undefined];
  return {
    type: typeWords(shape),
    number: f.number === 0 ? undefined : f.number,
    required: f.presence === 'required' || f.required === true,
    written: f.presence === 'required' || f.presence === 'held' ? 'always' : 'when set',
    default: f.default,
    patch: [f.patchStrategy ?? patchOfList[0], patchOfList[1]],
  };
}

const scalars: Readonly<Record<string, string>> = {
  'date-time': 'time',
  'micro-time': 'micro-time',
  'int-or-string': 'int-or-string',
  quantity: 'quantity',
  boolean: 'boolean',
  number: 'number',
};

function factOf(f: Fact): Words {
  const zeroDefault =
    f.default === '' || f.default === false || f.default === 0 || (typeof f.default === 'object' && f.default !== null);
  return {
    type: factType(f),
    number: f.pn,
    required: f.req === 1,
    written: isLeftOut(f) ? 'when set' : 'always',
    default: zeroDefault ? undefined : f.default,
    patch: [f.patchStrategy, f.patchMergeKey],
  };
}

/** Go leaves out what is empty, but a struct that is no pointer is never empty to it. */
function isLeftOut(f: Fact): boolean {
  if (f.oz === 1) return true;
  const isStruct =
    (f.t === 'ref' && definitions[f.ref!]?.fields) || ['date-time', 'micro-time', 'quantity'].includes(f.t);
  return f.om === 1 && (f.ptr === 1 || !isStruct);
}

function typeWords(shape: Shape): unknown {
  switch (shape.type) {
    case 'string':
    case 'boolean':
    case 'number':
    case 'quantity':
    case 'int-or-string':
      return shape.type;
    case 'bytes':
      return 'bytes';
    case 'integer':
      return `int${shape.bits}`;
    case 'time':
      return shape.micro ? 'micro-time' : 'time';
    case 'any':
    case 'either':
      return 'any';
    case 'list':
      return { list: typeWords(shape.items), listType: shape.listType, keys: shape.keys };
    case 'map':
      return { map: typeWords(shape.values), atomic: shape.atomic ?? false };
    case 'struct':
      return shape.name;
  }
}

/** A struct may be without fields: then its message is, too. */
const isStruct = (name: string): boolean => definitions[name]?.fields !== undefined || messageOf(name)?.length === 0;

function factType(f: Fact): unknown {
  if (f.t === 'string') return f.format === 'byte' ? 'bytes' : 'string';
  if (f.t === 'integer') return f.format ?? 'int64';
  if (f.t === 'array') return { list: factType(f.items!), listType: f.listType, keys: f.listMapKeys };
  if (f.t === 'map') return { map: factType(f.items!), atomic: f.mapType === 'atomic' };
  if (f.t === 'ref') return isStruct(f.ref!) ? f.ref : 'any';
  return scalars[f.t] ?? 'any';
}

/** The message of a definition: `k8s.io.api.core.v1` for `io.k8s.api.core.v1.Pod`. */
function messageOf(name: string): Proto | undefined {
  const parts = name
    .replace(/^io\.k8s\./, 'k8s.io.')
    .replaceAll('-', '_')
    .split('.');
  return packages[parts.slice(0, -1).join('.')]?.[parts.at(-1)!];
}

const isInProto = (name: string) => (field: string) => messageOf(name)?.some(([f]) => f === field) ?? false;
const orderOf = (name: string, shape: StructShape): string[] =>
  (messageOf(name) ?? []).map(([f]) => f).filter((f) => shape.fields.has(f));
