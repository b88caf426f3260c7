import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { noFacts } from '../facts/facts.ts';
import { type ServerProcess, startServer } from '../wire/api-server.ts';
import { type HttpsAsker, httpsAsker } from './https-asker.ts';
import { apiVersionOf, type ResourceFact, resources, rootOf } from './operations.ts';

interface Listed {
  readonly name: string;
  readonly group?: string;
  readonly version?: string;
  readonly [field: string]: unknown;
}

/** A resource and its parts as discovery lists them. */
function listed(fact: ResourceFact): Listed[] {
  const { plural, singular, namespaced, kind, verbs, shortNames, categories, storageVersionHash, subresources } = fact;
  return [
    {
      name: plural,
      singularName: singular,
      namespaced,
      kind,
      verbs,
      ...(shortNames.length && { shortNames }),
      ...(categories.length && { categories }),
      ...(storageVersionHash && { storageVersionHash }),
    },
    ...subresources.map(({ name, kind: of, verbs: may, group, version }) => ({
      name: `${plural}/${name}`,
      singularName: '',
      namespaced,
      ...(group !== undefined && { group }),
      ...(version !== undefined && { version }),
      kind: of,
      verbs: may,
    })),
  ];
}

const sorted = (verbs: unknown): unknown => (Array.isArray(verbs) ? (verbs as string[]).toSorted() : verbs);
const inOrder = (list: readonly Listed[]): Listed[] =>
  list.map((r) => ({ ...r, verbs: sorted(r['verbs']) })).toSorted((a, b) => (a.name < b.name ? -1 : 1));

const sets: readonly [title: string, flags: readonly string[], isOn: (r: ResourceFact) => boolean][] = [
  ['what is on unless somebody says otherwise', [], (r) => r.enabledByDefault],
  ['everything', ['--runtime-config', 'api/all=true', '--feature-gates', 'AllAlpha=true,AllBeta=true'], () => true],
];
for (const [title, flags, isOn] of sets) {
  describe(`${title} is what is published, and nothing else`, { skip: noFacts }, () => {
    let server: ServerProcess;
    let asker: HttpsAsker;
    before(async () => {
      server = await startServer(...flags);
      asker = httpsAsker(server.url, server.token);
    });
    after(() => {
      asker.close();
      return server.stop();
    });
    const on = resources.filter(isOn);

    test('groups and versions', async () => {
      const { json } = await asker.ask('GET', '/apis');
      const groups = json.groups as { versions: { groupVersion: string }[] }[];
      const found = groups.flatMap((g) => g.versions.map((v) => v.groupVersion));
      const want = new Set(on.filter((r) => r.group).map(apiVersionOf));
      assert.deepEqual(found.toSorted(), [...want].toSorted());
      assert.deepEqual((await asker.ask('GET', '/api')).json.versions, ['v1']);
    });

    for (const root of new Set(resources.map(rootOf))) {
      const here = on.filter((r) => rootOf(r) === root);
      test(`${root}: ${here.length || 'no'} resources`, async () => {
        const { status, json } = await asker.ask('GET', root);
        if (!here.length) return assert.equal(status, 404);
        assert.deepEqual(inOrder(json.resources as Listed[]), inOrder(here.flatMap(listed)));
      });
    }
  });
}
