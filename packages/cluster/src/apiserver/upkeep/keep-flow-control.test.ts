import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '@tiphys/sdk/machinery';
import { serverScene } from '../server-scene.ts';
import { revise } from './keep-flow-control.ts';
import { runUpkeep } from './index.ts';

type WithSpec = KubeObject & { spec: Record<string, unknown> };

const annotation = 'apf.kubernetes.io/autoupdate-spec';
interface Given {
  readonly name?: string;
  readonly said?: string;
  readonly generation?: number;
  readonly isMandatory?: boolean;
}

test('which objects are brought up to date, and which are left as somebody wants them', () => {
  const table: [given: Given, want: 'same' | { spec: string; said: string }][] = [
    [{ said: 'true' }, { spec: 'new', said: 'true' }],
    [{ said: 'T' }, { spec: 'new', said: 'T' }],
    [{ said: 'false' }, 'same'],
    [{ said: '0' }, 'same'],
    // Nobody has said anything: whether it was changed tells.
    [{ generation: 1 }, { spec: 'new', said: 'true' }],
    [{ generation: 2 }, { spec: 'old', said: 'false' }],
    [
      { said: 'maybe', generation: 2 },
      { spec: 'old', said: 'false' },
    ],
    [
      { said: 'false', isMandatory: true },
      { spec: 'new', said: 'true' },
    ],
    [
      { generation: 7, isMandatory: true },
      { spec: 'new', said: 'true' },
    ],
  ];
  for (const [{ name = 'x', said, generation = 3, isMandatory = false }, want] of table) {
    const old: WithSpec = {
      metadata: { name, generation, ...(said !== undefined && { annotations: { [annotation]: said } }) },
      spec: { type: 'old' },
    };
    const found = revise(old, { metadata: {}, spec: { type: 'new' } }, isMandatory);
    const told = found ? { spec: found.spec['type'], said: found.metadata.annotations?.[annotation] } : 'same';
    assert.deepEqual(told, want, JSON.stringify({ said, generation, isMandatory }));
  }
  const marked: Pick<WithSpec, 'metadata'> = { metadata: { name: 'exempt', annotations: { [annotation]: 'true' } } };
  const own: WithSpec = { ...marked, spec: { type: 'Exempt', exempt: { nominalConcurrencyShares: 7 } } };
  const fixed = { metadata: {}, spec: { type: 'Exempt', exempt: { nominalConcurrencyShares: 0 } } };
  assert.equal(revise(own, fixed, true), undefined);
});

test('every minute what is missing is made again, what earlier versions made goes, and what is somebody’s stays', async () => {
  const scene = await serverScene();
  const stop = new AbortController();
  const running = runUpkeep(scene.server, stop.signal);
  const place = '/apis/flowcontrol.apiserver.k8s.io/v1';
  const statusOf = async (path: string) => (await scene.ask('GET', `${place}/${path}`)).status;
  const schema = (name: string, said?: string) => ({
    metadata: { name, ...(said && { annotations: { [annotation]: said } }) },
    spec: {
      priorityLevelConfiguration: { name: 'system' },
      matchingPrecedence: 9000,
      rules: [
        {
          subjects: [{ kind: 'User', user: { name: 'x' } }],
          nonResourceRules: [{ verbs: ['*'], nonResourceURLs: ['*'] }],
        },
      ],
    },
  });
  for (const each of [schema('former', 'true'), schema('kept', 'false'), schema('own')])
    assert.equal((await scene.ask('POST', `${place}/flowschemas`, each)).status, 201);
  const gone = ['flowschemas/exempt', 'flowschemas/probes', 'prioritylevelconfigurations/catch-all'];
  for (const path of gone) assert.equal((await scene.ask('DELETE', `${place}/${path}`)).status, 200);
  await scene.clock.advance(61_000);
  for (const path of gone) assert.equal(await statusOf(path), 200, path);
  assert.deepEqual(
    await Promise.all(['former', 'kept', 'own'].map((name) => statusOf(`flowschemas/${name}`))),
    [404, 200, 200],
  );
  stop.abort();
  await running.catch(() => {});
  scene.stop();
});
