import type { AnyKind, Subresource } from '@tiphys/sdk/schema';
import type { Dialect, Json } from './dialect.ts';
import { patchName } from './meta-shapes.ts';
import { type Body, operation, type OperationSpec, plainOperation } from './operation.ts';
import {
  connecting,
  deleting,
  deletingMany,
  force,
  listing,
  logging,
  type Parameter,
  pathParameter,
  pretty,
  writing,
} from './parameters.ts';

const meta = 'io.k8s.apimachinery.pkg.apis.meta.v1';
const statusName = `${meta}.Status`;
const optionsName = `${meta}.DeleteOptions`;
const eventName = `${meta}.WatchEvent`;

type Verb = Parameters<typeof operation>[1];
type Part = Pick<Subresource, 'name' | 'kind' | 'verbs' | 'group' | 'version'>;

const capital = (word: string): string => word.slice(0, 1).toUpperCase() + word.slice(1);
/** `rbac.authorization.k8s.io` → `RbacAuthorization`, `` → `Core`. */
export const groupWord = (group: string): string =>
  (group || 'core')
    .replace(/\.k8s\.io$/, '')
    .split('.')
    .map(capital)
    .join('');
export const tagOf = (group: string, version: string): string =>
  `${groupWord(group).replace(/^./, (c) => c.toLowerCase())}_${version}`;

/** Which definition a body has. */
export type BodyOf = (kind: string, group: string, version: string) => Body;

/** The operations of one kind, in one dialect. */
export class Operations {
  readonly #dialect: Dialect;
  readonly #kind: AnyKind;
  readonly #bodyOf: BodyOf;
  readonly #own: Body;
  readonly #list: Body;
  readonly #tag: string;
  /** `CoreV1`, `Namespaced` or nothing, `Pod`: operations are named after these. */
  readonly #words: readonly [version: string, scope: string, kind: string];

  constructor(kind: AnyKind, dialect: Dialect, bodyOf: BodyOf) {
    const { group, version } = kind;
    this.#dialect = dialect;
    this.#kind = kind;
    this.#bodyOf = bodyOf;
    this.#own = bodyOf(kind.kind, group, version);
    this.#list = { ...this.#own, name: `${this.#own.name}List` };
    this.#tag = tagOf(group, version);
    const scope = kind.scope === 'Namespaced' ? 'Namespaced' : '';
    this.#words = [`${groupWord(group)}${capital(version)}`, scope, kind.kind];
  }

  /** Every path of the kind: its collections, its objects, their parts, and the old way to watch. */
  *paths(): Iterable<[string, Json]> {
    const { group, version, plural, scope } = this.#kind;
    const root = group ? `/apis/${group}/${version}` : `/api/${version}`;
    const inNamespace = scope === 'Namespaced' ? '/namespaces/{namespace}' : '';
    const where = inNamespace ? [pathParameter(this.#dialect, 'namespace')] : [];
    const named = [pathParameter(this.#dialect, 'name'), ...where];
    const collection = `${inNamespace}/${plural}`;
    const object = `${collection}/{name}`;
    const has = (verb: string) => this.#kind.verbs.includes(verb);
    yield [`${root}${collection}`, { ...this.#collection(), parameters: where }];
    if (inNamespace && has('list')) yield [`${root}/${plural}`, { get: this.#everywhere('list') }];
    if (has('get')) yield [`${root}${object}`, { ...this.#object(), parameters: named }];
    for (const part of partsOf(this.#kind)) {
      yield [`${root}${object}/${part.name}`, { ...this.#part(part), parameters: named }];
      if (part.name !== 'proxy') continue;
      const below = { ...this.#part(part, 'WithPath'), parameters: [...named, pathParameter(this.#dialect, 'path')] };
      yield [`${root}${object}/${part.name}/{path}`, below];
    }
    if (!has('watch') || this.#kind.unstructured) return;
    const event = { ...this.#own, name: eventName };
    const watch = { about: this.#own, answers: event, parameters: listing };
    const word = this.#words.join('');
    const many = this.#operation('watchlist', { ...watch, word: `${word}List` });
    yield [`${root}/watch${collection}`, { get: many, parameters: where }];
    if (inNamespace) yield [`${root}/watch/${plural}`, { get: this.#everywhere('watchlist') }];
    yield [`${root}/watch${object}`, { get: this.#operation('watch', watch), parameters: named }];
  }

  #collection(): Json {
    const own = this.#own;
    return this.#members({
      get: ['list', { about: own, answers: this.#list, parameters: listing }],
      post: ['create', { about: own, answers: own, takes: own, parameters: [pretty, ...writing] }],
      delete: [
        'deletecollection',
        {
          about: own,
          answers: { ...own, name: statusName },
          takes: { ...own, name: optionsName },
          parameters: [pretty, ...deletingMany],
        },
      ],
    });
  }

  #everywhere(verb: 'list' | 'watchlist'): Json {
    const [version, , kind] = this.#words;
    const word = `${version}${kind}${verb === 'list' ? '' : 'List'}ForAllNamespaces`;
    const answers = verb === 'list' ? this.#list : { ...this.#own, name: eventName };
    return this.#operation(verb, { about: this.#own, answers, word, parameters: listing });
  }

  #object(): Json {
    const own = this.#own;
    const { graceful, returnsDeleted } = this.#kind;
    return this.#members({
      ...readWrite(own),
      delete: [
        'delete',
        {
          about: own,
          answers: graceful || returnsDeleted ? own : { ...own, name: statusName },
          takes: { ...own, name: optionsName },
          parameters: [pretty, ...deleting],
        },
      ],
    });
  }

  #part(part: Part, suffix = ''): Json {
    const { group, version } = this.#kind;
    const about = this.#bodyOf(part.kind, part.group ?? group, part.version ?? version);
    if (part.kind in connecting) return this.#connections(part, { about, suffix });
    const word = `${this.#words.join('')}${capital(part.name)}`;
    if (part.name === 'log') return { get: this.#log(word) };
    const post: Asked = ['create', { about, answers: about, takes: about, parameters: [pretty, ...writing] }];
    return this.#members({ ...readWrite(about), post }, { word, verbs: part.verbs });
  }

  #log(word: string): Json {
    return plainOperation(this.#dialect, {
      action: 'get',
      description: 'get Pod log',
      operationId: `read${word}`,
      tag: this.#tag,
      about: this.#own,
      parameters: logging,
      produces: ['text/plain', 'application/json', 'application/yaml', 'application/vnd.kubernetes.protobuf'],
    });
  }

  /** What goes over connections is no object. */
  #connections({ name, kind, verbs }: Part, { about, suffix }: { about: Body; suffix: string }): Json {
    const methods = name === 'proxy' ? proxied : verbs.map((verb) => methodOf[verb]!);
    const [version, scope, own] = this.#words;
    return Object.fromEntries(
      methods.map((method) => [
        method,
        plainOperation(this.#dialect, {
          action: 'connect',
          description: `connect ${method.toUpperCase()} requests`,
          operationId: `connect${version}${capital(method)}${scope}${own}${capital(name)}${suffix}`,
          tag: this.#tag,
          about,
          parameters: connecting[kind]!,
          produces: ['*/*'],
        }),
      ]),
    );
  }

  /** Those operations whose verbs there are. */
  #members(
    all: Readonly<Record<string, Asked>>,
    { word, verbs = this.#kind.verbs }: { word?: string; verbs?: readonly string[] } = {},
  ): Json {
    const there = Object.entries(all).filter(([, [verb]]) => verbs.includes(verb));
    return Object.fromEntries(
      there.map(([method, [verb, spec]]) => [method, this.#operation(verb, { ...spec, ...(word && { word }) })]),
    );
  }

  #operation(verb: Verb, spec: Spec): Json {
    const { unstructured = false } = this.#kind;
    return operation(this.#dialect, verb, { tag: this.#tag, word: this.#words.join(''), unstructured, ...spec });
  }
}

type Spec = Omit<OperationSpec, 'tag' | 'word'> & { readonly word?: string };
type Asked = readonly [verb: Verb, spec: Spec];

const readWrite = (body: Body): Record<string, Asked> => ({
  get: ['get', { about: body, answers: body, parameters: [pretty] }],
  put: ['update', { about: body, answers: body, takes: body, parameters: [pretty, ...writing] }],
  patch: [
    'patch',
    {
      about: body,
      answers: body,
      takes: { ...body, name: patchName },
      parameters: [pretty, ...writing, force] satisfies readonly Parameter[],
    },
  ],
});

const partsOf = (kind: AnyKind): readonly Part[] => [
  ...(kind.status ? [{ name: 'status', kind: kind.kind, verbs: ['get', 'patch', 'update'] }] : []),
  ...(kind.scale
    ? [{ name: 'scale', kind: 'Scale', group: 'autoscaling', version: 'v1', verbs: ['get', 'patch', 'update'] }]
    : []),
  ...(kind.subresources ?? []),
];

const methodOf: Readonly<Record<string, string>> = {
  get: 'get',
  create: 'post',
  update: 'put',
  patch: 'patch',
  delete: 'delete',
};
const proxied = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch'];
