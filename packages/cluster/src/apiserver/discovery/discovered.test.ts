import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nested, readAggregated, readResourceList } from './discovered.ts';

const none = { group: '', version: '', kind: '' };

test('the plain list of another server, in the aggregated form', () => {
  const resources = readResourceList({
    kind: 'APIResourceList',
    resources: [
      { name: 'things', singularName: 'thing', namespaced: true, kind: 'Thing', verbs: ['get'], shortNames: ['th'] },
      { name: 'things/scale', namespaced: true, group: 'autoscaling', version: 'v1', kind: 'Scale', verbs: ['update'] },
      { name: 'alone/status', singularName: '', namespaced: false, kind: 'Alone', verbs: ['get'] },
      'nonsense',
    ],
  });
  assert.deepEqual(nested(resources), [
    {
      resource: 'things',
      responseKind: { ...none, kind: 'Thing' },
      scope: 'Namespaced',
      singularResource: 'thing',
      verbs: ['get'],
      shortNames: ['th'],
      subresources: [
        {
          subresource: 'scale',
          responseKind: { group: 'autoscaling', version: 'v1', kind: 'Scale' },
          verbs: ['update'],
        },
      ],
    },
    {
      resource: 'alone',
      responseKind: none,
      scope: 'Cluster',
      singularResource: '',
      verbs: [],
      subresources: [{ subresource: 'status', responseKind: { ...none, kind: 'Alone' }, verbs: ['get'] }],
    },
  ]);
});

test('of an aggregated document of another server its members are taken, and what it lacks is empty', () => {
  const document = {
    items: [
      {
        metadata: { name: 'g.example.com' },
        versions: [
          {
            version: 'v1',
            resources: [{ resource: 'things', scope: 'Namespaced', verbs: ['get'], unknown: 1 }],
            freshness: 'Stale',
          },
          { version: 'v2' },
        ],
      },
    ],
  };
  const resource = {
    resource: 'things',
    responseKind: none,
    scope: 'Namespaced',
    singularResource: '',
    verbs: ['get'],
  };
  assert.deepEqual(
    [...readAggregated(document)],
    [
      ['v1.g.example.com', { version: 'v1', resources: [resource], freshness: 'Current' }],
      ['v2.g.example.com', { version: 'v2', freshness: 'Current' }],
    ],
  );
  for (const broken of [null, [], 'x', { items: 1 }, { items: [null] }]) assert.equal(readAggregated(broken).size, 0);
});
