import type { AnyKind } from '@tiphys/sdk/schema';
import { type Dialect, type Json, refTo } from './dialect.ts';
import { patchName } from './meta-shapes.ts';

const meta = 'io.k8s.apimachinery.pkg.apis.meta.v1';
const media = ['application/json', 'application/yaml', 'application/vnd.kubernetes.protobuf'];
const textMedia = ['application/json', 'application/yaml'];
const streamed = ['application/json;stream=watch', 'application/vnd.kubernetes.protobuf;stream=watch'];
const patchMedia = [
  'application/json-patch+json',
  'application/merge-patch+json',
  'application/strategic-merge-patch+json',
  'application/apply-patch+yaml',
];

type Parameter = readonly [name: string, type: 'string' | 'boolean' | 'integer', description: string];

const pretty: Parameter = ['pretty', 'string', 'Whether the answer is indented; the default depends on the client.'];
const writing: readonly Parameter[] = [
  ['dryRun', 'string', 'What is only to be tried: `All` goes through every stage and stores nothing.'],
  ['fieldManager', 'string', 'The name under which the written fields are owned; at most 128 characters.'],
  ['fieldValidation', 'string', 'What becomes of unknown and duplicate fields: Ignore, Warn or Strict.'],
];
const force: Parameter = ['force', 'boolean', 'Apply takes over fields that others own.'];
const selecting: readonly Parameter[] = [
  ['allowWatchBookmarks', 'boolean', 'A watch may be sent bookmarks.'],
  ['continue', 'string', 'Where the last page of the list ended.'],
  ['fieldSelector', 'string', 'Only objects whose fields have these values.'],
  ['labelSelector', 'string', 'Only objects with these labels.'],
  ['limit', 'integer', 'At most so many objects in a page.'],
  ['resourceVersion', 'string', 'The revision that is asked for.'],
  ['resourceVersionMatch', 'string', 'How that revision is meant.'],
  ['sendInitialEvents', 'boolean', 'A watch begins with what is there.'],
  ['timeoutSeconds', 'integer', 'How long a list or watch may take.'],
  ['watch', 'boolean', 'Changes as they happen rather than what is there.'],
];
const deleting: readonly Parameter[] = [
  writing[0]!,
  ['gracePeriodSeconds', 'integer', 'How long the object may take to end; 0 is at once.'],
  ['orphanDependents', 'boolean', 'Superseded by propagationPolicy.'],
  ['propagationPolicy', 'string', 'What becomes of dependents: Orphan, Background or Foreground.'],
];

export interface Body {
  /** Definition of what is sent and answered. */
  readonly name: string;
  readonly group: string;
  readonly version: string;
  readonly kind: string;
}

const capital = (word: string): string => word.slice(0, 1).toUpperCase() + word.slice(1);
/** `rbac.authorization.k8s.io` → `RbacAuthorization`, `` → `Core`. */
export const groupWord = (group: string): string =>
  (group || 'core')
    .replace(/\.k8s\.io$/, '')
    .split('.')
    .map(capital)
    .join('');

/** Writes operations in one dialect. */
export class Operations {
  readonly #dialect: Dialect;

  constructor(dialect: Dialect) {
    this.#dialect = dialect;
  }

  /** Every path of a kind: its collections, its objects, its subresources. */
  *paths(kind: AnyKind, bodyOf: (kind: string, group: string, version: string) => Body): Iterable<[string, Json]> {
    const { group, version, plural } = kind;
    const root = group ? `/apis/${group}/${version}` : `/api/${version}`;
    const namespaced = kind.scope === 'Namespaced';
    const own = bodyOf(kind.kind, group, version);
    const list: Body = { ...own, name: `${own.name}List` };
    const collection = namespaced ? `${root}/namespaces/{namespace}/${plural}` : `${root}/${plural}`;
    const where = namespaced ? [this.#pathParameter('namespace')] : [];
    const word = `${groupWord(group)}${capital(version)}${namespaced ? 'Namespaced' : ''}${kind.kind}`;
    const tag = `${groupWord(group).replace(/^./, (c) => c.toLowerCase())}_${version}`;
    const { unstructured = false } = kind;
    const op = (verb: string, rest: Parameters<Operations['operation']>[1]) =>
      kind.verbs.includes(verb) && this.operation(verb, { tag, word, unstructured, ...rest });
    const collectionItem = members({
      get: op('list', { about: own, answers: list, parameters: [pretty, ...selecting], watches: true }),
      post: op('create', { about: own, answers: own, takes: own, parameters: [pretty, ...writing], status: 201 }),
      delete: op('deletecollection', {
        about: own,
        answers: { ...own, name: `${meta}.Status` },
        takes: { ...own, name: `${meta}.DeleteOptions` },
        parameters: [pretty, ...selecting, ...deleting],
      }),
    });
    yield [collection, { ...collectionItem, parameters: where }];
    if (namespaced && kind.verbs.includes('list')) {
      const everywhere = { tag, unstructured, word: `${word.replace('Namespaced', '')}ForAllNamespaces` };
      const get = this.operation('list', {
        ...everywhere,
        about: own,
        answers: list,
        parameters: [pretty, ...selecting],
        watches: true,
      });
      yield [`${root}/${plural}`, { get }];
    }
    const object = `${collection}/{name}`;
    const named = [this.#pathParameter('name'), ...where];
    if (kind.verbs.includes('get')) {
      const answers = { ...own, name: `${meta}.Status` };
      const item = members({
        ...this.#readWrite(op, own),
        delete: op('delete', {
          about: own,
          answers: kind.graceful ? own : answers,
          takes: { ...own, name: `${meta}.DeleteOptions` },
          parameters: [pretty, ...deleting],
        }),
      });
      yield [object, { ...item, parameters: named }];
    }
    const parts = [
      ...(kind.status ? [{ name: 'status', kind: kind.kind, verbs: ['get', 'patch', 'update'] }] : []),
      ...(kind.scale
        ? [{ name: 'scale', kind: 'Scale', group: 'autoscaling', version: 'v1', verbs: ['get', 'patch', 'update'] }]
        : []),
      ...(kind.subresources ?? []),
    ];
    for (const part of parts) {
      const body = bodyOf(part.kind, part.group ?? group, part.version ?? version);
      const partWord = `${word}${capital(part.name)}`;
      const connects = part.kind.endsWith('Options') || part.name === 'log';
      const partOp = (verb: string, rest: Parameters<Operations['operation']>[1]) =>
        part.verbs.includes(verb) && this.operation(verb, { tag, unstructured, ...rest, word: partWord });
      const item = connects
        ? this.#connect(part.verbs, { tag, word: partWord, about: body })
        : members({
            ...this.#readWrite(partOp, body),
            post: partOp('create', {
              about: body,
              answers: body,
              takes: body,
              parameters: [pretty, ...writing],
              status: 201,
            }),
          });
      yield [`${object}/${part.name}`, { ...item, parameters: named }];
    }
  }

  operation(
    verb: string,
    {
      tag = '',
      word = '',
      about,
      answers,
      takes,
      parameters,
      watches = false,
      status = 200,
      unstructured = false,
    }: {
      tag?: string;
      word?: string;
      about: Body;
      answers: Body;
      takes?: Body;
      parameters: readonly Parameter[];
      watches?: boolean;
      status?: number;
      /** Defined kinds have no protobuf and no strategic merge. */
      unstructured?: boolean;
    },
  ): Json {
    const v3 = this.#dialect === 'v3';
    const schema = { $ref: refTo(this.#dialect, answers.name) };
    const plain = unstructured ? textMedia : media;
    const types = watches && !unstructured ? [...media, ...streamed] : plain;
    const content = Object.fromEntries(types.map((t) => [t, { schema }]));
    const answer = (description: string) => ({ description, ...(v3 ? { content } : { schema }) });
    const patches = unstructured ? patchMedia.filter((t) => !t.includes('strategic')) : patchMedia;
    const bodyTypes = verb === 'patch' ? patches : unstructured ? textMedia : ['*/*'];
    const takesSchema = takes && { $ref: refTo(this.#dialect, takes.name) };
    return {
      tags: [tag],
      description: `${verb} ${about.kind}`,
      operationId: `${operationWord(verb)}${word}`,
      ...(v3
        ? takesSchema && {
            requestBody: { content: Object.fromEntries(bodyTypes.map((t) => [t, { schema: takesSchema }])) },
          }
        : { consumes: takes ? bodyTypes : ['*/*'], produces: types, schemes: ['https'] }),
      parameters: [
        ...(takesSchema && !v3 ? [{ name: 'body', in: 'body', required: verb !== 'delete', schema: takesSchema }] : []),
        ...parameters.map((p) => this.#queryParameter(p)),
      ],
      responses: {
        200: answer('OK'),
        ...(status === 201 && { 201: answer('Created'), 202: answer('Accepted') }),
        ...((verb === 'update' || verb === 'patch') && { 201: answer('Created') }),
        401: { description: 'Unauthorized' },
      },
      'x-kubernetes-action': actionWord(verb),
      'x-kubernetes-group-version-kind': { group: about.group, kind: about.kind, version: about.version },
    };
  }

  #readWrite(op: (verb: string, rest: Parameters<Operations['operation']>[1]) => Json | false, body: Body): Json {
    return {
      get: op('get', { about: body, answers: body, parameters: [pretty] }),
      put: op('update', { about: body, answers: body, takes: body, parameters: [pretty, ...writing] }),
      patch: op('patch', {
        about: body,
        answers: body,
        takes: { ...body, name: patchName },
        parameters: [pretty, ...writing, force],
      }),
    };
  }

  /** Connections: what goes over them is no JSON object. */
  #connect(verbs: readonly string[], { tag, word, about }: { tag: string; word: string; about: Body }): Json {
    const methods: Readonly<Record<string, string>> = {
      get: 'get',
      create: 'post',
      update: 'put',
      patch: 'patch',
      delete: 'delete',
    };
    const v3 = this.#dialect === 'v3';
    const text = { type: 'string' };
    return Object.fromEntries(
      verbs.map((verb) => {
        const method = methods[verb] ?? 'get';
        return [
          method,
          {
            tags: [tag],
            description: `connect ${method.toUpperCase()} requests`,
            operationId: `connect${word.replace(/^([A-Z][a-zA-Z]*?V\d+[a-z0-9]*)/, `$1${capital(method)}`)}`,
            ...(!v3 && { consumes: ['*/*'], produces: ['*/*'], schemes: ['https'] }),
            responses: {
              200: { description: 'OK', ...(v3 ? { content: { '*/*': { schema: text } } } : { schema: text }) },
              401: { description: 'Unauthorized' },
            },
            'x-kubernetes-action': 'connect',
            'x-kubernetes-group-version-kind': { group: about.group, kind: about.kind, version: about.version },
          },
        ];
      }),
    );
  }

  #queryParameter([name, type, description]: Parameter): Json {
    const schema = { type, uniqueItems: true };
    return { name, in: 'query', description, ...(this.#dialect === 'v3' ? { schema } : schema) };
  }

  #pathParameter(name: string): Json {
    const schema = { type: 'string', uniqueItems: true };
    const description = name === 'name' ? 'The name of the object.' : 'The namespace of the object.';
    return { name, in: 'path', description, required: true, ...(this.#dialect === 'v3' ? { schema } : schema) };
  }
}

/** Those members that are there. */
const members = (all: Readonly<Record<string, unknown>>): Json =>
  Object.fromEntries(Object.entries(all).filter(([, v]) => v));

const operationWord = (verb: string): string =>
  ({ get: 'read', update: 'replace', deletecollection: 'deleteCollection' })[verb] ?? verb;
const actionWord = (verb: string): string => ({ create: 'post', update: 'put' })[verb] ?? verb;
