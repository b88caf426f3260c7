import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Definitions } from './definitions.ts';
import type { Json } from './dialect.ts';
import { readSpec, withSpecs } from './spec.ts';

const document = {
  swagger: '2.0',
  parameters: { 'name-x': { name: 'name', in: 'path' } },
  paths: {
    '/apis/g/v1/': { get: { responses: { 200: { schema: { $ref: '#/definitions/List' } } } } },
    '/apis/g/v1/things/{name}': {
      parameters: [{ $ref: '#/parameters/name-x' }],
      get: { responses: { 200: { schema: { $ref: '#/definitions/Thing' } } } },
    },
    '/apis/g/v2/others': { get: { responses: { 200: { schema: { $ref: '#/definitions/Other' } } } } },
  },
  definitions: {
    List: { type: 'object', properties: { items: { items: { $ref: '#/definitions/Thing' } } } },
    Thing: {
      type: 'object',
      properties: { self: { $ref: '#/definitions/Thing' }, meta: { $ref: '#/definitions/Meta' } },
    },
    Meta: { type: 'string' },
    Other: { type: 'object' },
  },
};

test('of a document the paths of one version are taken, with all that they need', () => {
  const { paths, definitions } = readSpec(document, '/apis/g/v1/');
  assert.deepEqual(
    paths.map(([path]) => path),
    ['/apis/g/v1/', '/apis/g/v1/things/{name}'],
  );
  assert.deepEqual(paths[1]![1]['parameters'], [{ name: 'name', in: 'path' }]);
  assert.deepEqual([...definitions.keys()].sort(), ['List', 'Meta', 'Thing']);
  for (const broken of [null, 1, [], {}, { paths: [] }]) assert.deepEqual(readSpec(broken, '/').paths, []);
});

test('names that mean something else get a number, those that mean the same are told once', () => {
  const definitions = new Definitions([], { dialect: 'v2', texts: new Map() as never });
  definitions.give('Thing', { type: 'object', properties: { self: { $ref: '#/definitions/Thing' }, own: {} } });
  definitions.give('Meta', { type: 'string' });
  const spec = readSpec(document, '/apis/g/v1/');
  const ours: [string, Json][] = [['/apis/g/v1/', { get: {} }]];
  const outline = { info: { title: '', version: '' }, dialect: 'v2', paths: ours, names: ['Thing', 'Meta'] } as const;
  const merged = withSpecs(outline, [spec, spec], definitions);
  const paths = [...merged.paths];
  assert.deepEqual(
    paths.map(([path]) => path),
    ['/apis/g/v1/', '/apis/g/v1/things/{name}'],
  );
  assert.match(JSON.stringify(paths[1]), /#\/definitions\/Thing_v2"/);
  assert.deepEqual([...new Set(merged.names)].sort(), ['List', 'Meta', 'Thing', 'Thing_v2']);
  assert.match(JSON.stringify(definitions.schema('Thing_v2')), /"self":\{"\$ref":"#\/definitions\/Thing_v2"\}.*Meta"/);
});
