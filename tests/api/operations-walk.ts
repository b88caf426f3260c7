import assert from 'node:assert/strict';
import type { Answer, Question } from './ask.ts';
import type { HttpsAsker, OpenWatch } from './https-asker.ts';
import type { MinimalObject } from './minimal-objects.ts';
import { apiVersionOf, type Operation, operationsOf, type ResourceFact, rootOf } from './operations.ts';
import { writtenStatuses } from './written-statuses.ts';

const merge = { 'content-type': 'application/merge-patch+json' };
export const namespace = 'walk';

/** Asks for operations and remembers which. */
export class Walk {
  readonly made = new Set<string>();
  readonly asker: HttpsAsker;

  constructor(asker: HttpsAsker) {
    this.asker = asker;
  }

  /** Makes an operation at its path, filled in; what comes of it has to be of this status. */
  async make(
    { method, path }: Pick<Operation, 'method' | 'path'>,
    {
      name = '',
      query = '',
      status = 200,
      ...question
    }: Question & { name?: string; query?: string; status?: number } = {},
  ): Promise<Answer> {
    this.made.add(`${method} ${path}`);
    const answer = await this.asker.ask(method, filled(path, name) + query, question);
    assert.equal(answer.status, status, `${method} ${path}: ${answer.text}`);
    return answer;
  }

  /** Reads an object and writes it back, changed; again when whoever keeps its status has written in between. */
  async update(
    [get, put]: readonly [Operation, Operation],
    name: string,
    change: (object: Stored) => object,
  ): Promise<Answer> {
    for (let attempt = 1; ; attempt++) {
      const { json } = await this.make(get, { name });
      const answer = await this.asker.ask('PUT', filled(put.path, name), { body: change(json as Stored) });
      if (answer.status === 409 && attempt < 10) continue;
      this.made.add(`PUT ${put.path}`);
      assert.equal(answer.status, 200, `PUT ${put.path}: ${answer.text}`);
      return answer;
    }
  }

  async open({ method, path }: Operation, name: string): Promise<OpenWatch> {
    this.made.add(`${method} ${path}`);
    return this.asker.watch(`${filled(path, name)}?timeoutSeconds=60`);
  }
}

interface Stored {
  readonly metadata: { readonly labels?: Readonly<Record<string, string>> };
}

/** With a label that tells that it was replaced. */
const labelled = (object: Stored): object => ({
  ...object,
  metadata: { ...object.metadata, labels: { ...object.metadata.labels, put: 'yes' } },
});

export const filled = (path: string, name: string): string =>
  path.replace('{namespace}', namespace).replace('{name}', name);

/** A stored resource's whole life: everything that can be asked of it, in an order in which it can be. */
export async function walkResource(walk: Walk, resource: ResourceFact, minimal: MinimalObject): Promise<void> {
  const all = operationsOf(resource);
  const { name } = minimal.object.metadata;
  const own = all.filter(({ path }) => isCollection(path, resource) || isObject(path, resource));
  const of = (action: string): Operation[] => own.filter((o) => o.action === action);
  const apiVersion = apiVersionOf(resource);
  const isIt = (json: unknown, kind = resource.kind): void => assert.deepEqual(typeOf(json), { apiVersion, kind });
  const [post, get, put, patch, remove] = ['post', 'get', 'put', 'patch', 'delete'].map((action) => of(action)[0]!);

  const made = await walk.make(post!, { body: minimal.object, status: 201, query: '?fieldValidation=Strict' });
  isIt(made.json);
  assert.equal(made.json.metadata.name, name);
  const read = await walk.make(get!, { name });
  assert.equal(read.json.metadata.uid, made.json.metadata.uid);
  assert.deepEqual(read.json.spec, made.json.spec, 'what is read is what was made');
  for (const list of of('list')) {
    const { json } = await walk.make(list);
    isIt(json, `${resource.kind}List`);
    assert.ok(
      json.items.some((item: Json) => nameIn(item) === name),
      `it is in ${list.path}`,
    );
  }
  const watches = await Promise.all(all.filter(isWatch).map((op) => walk.open(op, name)));
  const seen = async (type: string) => {
    for (const watch of watches) isIt((await watch.until((f) => f.type === type && nameIn(f.object) === name)).object);
  };
  await seen('ADDED');

  const replaced = await walk.update([get!, put!], name, labelled);
  isIt(replaced.json);
  assert.equal(replaced.json.metadata.labels.put, 'yes');
  await seen('MODIFIED');
  const changed = await walk.make(patch!, { name, body: minimal.change, headers: merge });
  isIt(changed.json);
  assert.notEqual(changed.json.metadata.resourceVersion, replaced.json.metadata.resourceVersion);
  await seen('MODIFIED');
  await walkStatus(walk, all, { resource, name, isIt });

  if (remove) {
    await freed(walk, patch!, name);
    await walk.make(remove, { name, query: '?gracePeriodSeconds=0&propagationPolicy=Background' });
    if (resource.kind === 'Namespace') await finalize(walk, all, name);
    await seen('DELETED');
    await walk.make(get!, { name, status: 404 });
  }
  for (const watch of watches) watch.close();
  for (const removal of of('deletecollection'))
    await walkCollection(walk, { removal, post, patch, list: of('list') }, minimal);
}

type Collection = Readonly<Record<'removal' | 'post' | 'patch', Operation | undefined>> & { list: Operation[] };

/** Once more, to go with all that are labelled like it. */
async function walkCollection(
  walk: Walk,
  { removal, post, patch, list: [list] }: Collection,
  { object }: MinimalObject,
): Promise<void> {
  const body = { ...object, metadata: { ...object.metadata, labels: { walk: 'all' } } };
  const { json: made } = await walk.make(post!, { body, status: 201 });
  const { name, resourceVersion } = made.metadata;
  await freed(walk, patch!, name);
  const query = '?labelSelector=walk%3Dall';
  const watch = await walk.asker.watch(`${filled(list!.path, '')}${query}&watch=1&resourceVersion=${resourceVersion}`);
  await walk.make(removal!, { query: `${query}&gracePeriodSeconds=0&propagationPolicy=Background` });
  await watch.until((f) => f.type === 'DELETED' && nameIn(f.object) === name);
  watch.close();
  assert.deepEqual((await walk.make(list!, { query })).json.items, []);
}

/** Whether everything that is wanted is there, whatever else is. */
function covers(actual: unknown, wanted: unknown): boolean {
  if (typeof wanted !== 'object' || wanted === null) return Object.is(actual, wanted);
  if (typeof actual !== 'object' || actual === null) return false;
  return Object.entries(wanted).every(([name, value]) => covers((actual as Record<string, unknown>)[name], value));
}

interface Subject {
  readonly resource: ResourceFact;
  readonly name: string;
  readonly isIt: (json: unknown) => void;
}

async function walkStatus(walk: Walk, all: readonly Operation[], { resource, name, isIt }: Subject): Promise<void> {
  const [get, put, patch] = ['get', 'put', 'patch'].map((action) =>
    all.find((o) => o.action === action && o.path.endsWith('/{name}/status')),
  );
  if (!get || !put || !patch) return;
  isIt((await walk.make(get, { name })).json);
  isIt((await walk.update([get, put], name, (object) => object)).json);
  const status = writtenStatuses[resource.kind];
  const { json } = await walk.make(patch, { name, body: { status: status ?? {} }, headers: merge });
  isIt(json);
  for (const [field, value] of Object.entries(status ?? {}))
    assert.ok(covers(json.status[field], value), `status.${field}: ${JSON.stringify(json.status[field])}`);
}

/** What the server gave it to wait for has nobody here who would take it back. */
async function freed(walk: Walk, patch: Operation, name: string): Promise<void> {
  await walk.make(patch, { name, body: { metadata: { finalizers: null } }, headers: merge });
}

async function finalize(walk: Walk, all: readonly Operation[], name: string): Promise<void> {
  const op = all.find((o) => o.path.endsWith('/{name}/finalize'))!;
  const body = { apiVersion: 'v1', kind: 'Namespace', metadata: { name }, spec: { finalizers: [] } };
  assert.equal((await walk.make(op, { name, body })).json.kind, 'Namespace');
}

type Json = { readonly metadata?: { readonly name?: string } };
const nameIn = (object: Json | undefined): string | undefined => object?.metadata?.name;

/** What something says it is. */
export function typeOf(json: unknown): { apiVersion: unknown; kind: unknown } {
  const { apiVersion, kind } = json as { apiVersion?: unknown; kind?: unknown };
  return { apiVersion, kind };
}

const isWatch = ({ action }: Operation): boolean => action === 'watch' || action === 'watchlist';
const isCollection = (path: string, resource: ResourceFact): boolean =>
  [`${rootOf(resource)}/${resource.plural}`, `${rootOf(resource)}/namespaces/{namespace}/${resource.plural}`].includes(
    path,
  );
const isObject = (path: string, resource: ResourceFact): boolean =>
  path.endsWith('/{name}') && isCollection(path.slice(0, -'/{name}'.length), resource);
