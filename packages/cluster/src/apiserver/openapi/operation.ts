import { type Dialect, type Json, refTo } from './dialect.ts';
import { type Parameter, queryParameter } from './parameters.ts';

const text = ['application/json', 'application/yaml'];
const protobuf = 'application/vnd.kubernetes.protobuf';
const streamed = ['application/json;stream=watch', `${protobuf};stream=watch`];
const patches = [
  'application/json-patch+json',
  'application/merge-patch+json',
  'application/strategic-merge-patch+json',
  'application/apply-patch+yaml',
];

/** What is sent or answered, and the kind that it is about. */
export interface Body {
  /** Its definition. */
  readonly name: string;
  readonly group: string;
  readonly version: string;
  readonly kind: string;
}

export interface OperationSpec {
  readonly tag: string;
  /** What the operation's id ends with. */
  readonly word: string;
  readonly about: Body;
  readonly answers: Body;
  readonly takes?: Body;
  readonly parameters: readonly Parameter[];
  /** Defined kinds have no protobuf and no strategic merge. */
  readonly unstructured?: boolean;
}

type Verb = 'get' | 'list' | 'create' | 'update' | 'patch' | 'delete' | 'deletecollection' | 'watch' | 'watchlist';

const words: Readonly<Partial<Record<Verb, string>>> = {
  get: 'read',
  update: 'replace',
  deletecollection: 'deleteCollection',
  watchlist: 'watch',
};
const actions: Readonly<Partial<Record<Verb, string>>> = { create: 'post', update: 'put' };
/** Answers besides 200: made, or begun. */
const others: Readonly<Partial<Record<Verb, readonly number[]>>> = {
  create: [201, 202],
  update: [201],
  patch: [201],
  delete: [202],
};
const descriptions: Readonly<Record<number, string>> = { 200: 'OK', 201: 'Created', 202: 'Accepted' };
const unauthorized = { description: 'Unauthorized' };

/** An operation on objects. */
export function operation(dialect: Dialect, verb: Verb, spec: OperationSpec): Json {
  const { tag, word, about, answers, takes, parameters, unstructured = false } = spec;
  const v3 = dialect === 'v3';
  const schema = { $ref: refTo(dialect, answers.name) };
  const plain = unstructured ? text : [...text, protobuf];
  const watches = ['list', 'watch', 'watchlist'].includes(verb) && !unstructured;
  const produces = watches ? [...plain, ...streamed] : plain;
  const content = Object.fromEntries(produces.map((t) => [t, { schema }]));
  const answer = (code: number) => ({ description: descriptions[code], ...(v3 ? { content } : { schema }) });
  const bodyTypes =
    verb === 'patch'
      ? patches.filter((t) => !(unstructured && t.includes('strategic')))
      : unstructured && takes
        ? text
        : ['*/*'];
  const takesSchema = takes && { $ref: refTo(dialect, takes.name) };
  return {
    tags: [tag],
    description: `${verb} ${about.kind}`,
    operationId: `${words[verb] ?? verb}${word}`,
    ...(v3
      ? takesSchema && {
          requestBody: { content: Object.fromEntries(bodyTypes.map((t) => [t, { schema: takesSchema }])) },
        }
      : { consumes: bodyTypes, produces, schemes: ['https'] }),
    parameters: [
      ...(takesSchema && !v3 ? [{ name: 'body', in: 'body', required: verb !== 'delete', schema: takesSchema }] : []),
      ...parameters.map((p) => queryParameter(dialect, p)),
    ],
    responses: {
      ...Object.fromEntries([200, ...(others[verb] ?? [])].map((code) => [code, answer(code)])),
      401: unauthorized,
    },
    'x-kubernetes-action': actions[verb] ?? verb,
    'x-kubernetes-group-version-kind': kindOf(about),
  };
}

/** What comes as text rather than as an object: a connection, or a log. */
export function plainOperation(
  dialect: Dialect,
  {
    action,
    description,
    operationId,
    tag,
    about,
    parameters,
    produces,
  }: {
    action: 'connect' | 'get';
    description: string;
    operationId: string;
    tag: string;
    about: Body;
    parameters: readonly Parameter[];
    produces: readonly string[];
  },
): Json {
  const schema = { type: 'string' };
  const content = Object.fromEntries(produces.map((t) => [t, { schema }]));
  return {
    tags: [tag],
    description,
    operationId,
    ...(dialect === 'v2' && { consumes: ['*/*'], produces, schemes: ['https'] }),
    parameters: parameters.map((p) => queryParameter(dialect, p)),
    responses: { 200: { description: 'OK', ...(dialect === 'v3' ? { content } : { schema }) }, 401: unauthorized },
    'x-kubernetes-action': action,
    'x-kubernetes-group-version-kind': kindOf(about),
  };
}

/** Upstream writes its members by name. */
const kindOf = ({ group, kind, version }: Body) => ({ group, kind, version });
