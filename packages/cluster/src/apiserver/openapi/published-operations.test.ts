import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { before, describe, test } from 'node:test';
import { SimClock } from '@tiphys/sdk/testing';
import { declaredKinds } from '../kinds.ts';
import { Documents } from './documents.ts';

type Published = readonly [
  method: string,
  path: string,
  action: string,
  kind: string,
  body: string,
  query: number,
  consumes: number,
  produces: number,
  responses: Readonly<Record<string, string>>,
];
interface Schema {
  readonly $ref?: string;
  readonly type?: string;
}
interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly schema?: Schema;
}
interface Operation {
  readonly operationId: string;
  readonly parameters?: readonly Parameter[];
  readonly consumes?: readonly string[];
  readonly produces?: readonly string[];
  readonly responses: Readonly<Record<string, { readonly schema?: Schema }>>;
  readonly 'x-kubernetes-action'?: string;
  readonly 'x-kubernetes-group-version-kind'?: {
    readonly group: string;
    readonly version: string;
    readonly kind: string;
  };
}
type Paths = Readonly<
  Record<string, Readonly<Record<string, Operation>> & { readonly parameters?: readonly Parameter[] }>
>;

const source = new URL('../../../../../../shared/facts/operations.json', import.meta.url);
const nameOf = (schema: Schema | undefined): string =>
  schema?.$ref?.replace('#/definitions/', '') ?? schema?.type ?? '';
/** Upstream publishes a form that it has switched off. */
const served = (media: readonly string[]): string[] => media.filter((m) => !m.includes('cbor'));

if (!existsSync(source)) {
  test('operations as published', { skip: 'the published operations are not beside this checkout (../shared/facts)' });
} else {
  const { lists, operations } = JSON.parse(readFileSync(source, 'utf8')) as {
    lists: readonly (readonly string[])[];
    operations: readonly Published[];
  };
  // Logs of the server's own machine: nobody serves them any more.
  const wanted = operations.filter(([, path]) => !path.startsWith('/logs/'));

  describe('operations as published', () => {
    let paths: Paths;
    before(async () => {
      const documents = new Documents({
        fixed: declaredKinds,
        custom: () => [],
        specs: () => [],
        clock: new SimClock(),
      });
      const text = (await (await documents.v2()).json.plain()).toString();
      ({ paths } = JSON.parse(text) as { paths: Paths });
    });

    test('there are those, and no others', () => {
      const methods = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch'];
      const ours = Object.entries(paths).flatMap(([path, item]) =>
        methods.filter((m) => m in item).map((m) => `${m.toUpperCase()} ${path}`),
      );
      assert.deepEqual(ours.toSorted(), wanted.map(([method, path]) => `${method} ${path}`).toSorted());
    });

    test('each is named differently', () => {
      const ids = wanted.map(([method, path]) => paths[path]![method.toLowerCase()]!.operationId);
      assert.equal(new Set(ids).size, ids.length);
    });

    for (const [method, path, action, kind, body, query, consumes, produces, responses] of wanted) {
      test(`${method} ${path}`, () => {
        const item = paths[path]!;
        const operation = item[method.toLowerCase()]!;
        const about = operation['x-kubernetes-group-version-kind'];
        const parameters = [...(operation.parameters ?? []), ...(item.parameters ?? [])];
        const names = (where: string) => parameters.filter((p) => p.in === where).map((p) => p.name);
        assert.equal(operation['x-kubernetes-action'] ?? '', action);
        assert.equal(about ? `${about.group}/${about.version}/${about.kind}` : '', kind);
        assert.deepEqual(names('query').toSorted(), lists[query]);
        assert.deepEqual(
          names('path').toSorted(),
          [...path.matchAll(/\{([a-z]+)\}/g)].map(([, name]) => name!).toSorted(),
        );
        assert.equal(nameOf(parameters.find((p) => p.in === 'body')?.schema), body);
        assert.deepEqual(operation.consumes ?? [], served(lists[consumes]!));
        assert.deepEqual(operation.produces ?? [], served(lists[produces]!));
        const answers = Object.entries(operation.responses).map(([code, { schema }]) => [code, nameOf(schema)]);
        assert.deepEqual(Object.fromEntries(answers), responses);
      });
    }
  });
}
