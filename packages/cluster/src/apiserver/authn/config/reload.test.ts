import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { nullLogger, Registry } from '@tiphys/sdk/runtime';
import { SimClock } from '@tiphys/sdk/testing';
import { loadConfiguration } from './load.ts';
import { ConfigurationReload } from './reload.ts';

const configuration = (members: object): string =>
  JSON.stringify({ apiVersion: 'apiserver.config.k8s.io/v1', kind: 'AuthenticationConfiguration', ...members });
const provider = (url: string) => ({
  jwt: [{ issuer: { url, audiences: ['a'] }, claimMappings: { username: { claim: 'sub', prefix: '' } } }],
});

test('what makes sense takes the place of what was before; what never will isn’t looked at again', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'authentication-'));
  const path = join(directory, 'config');
  const applied: string[] = [];
  let isAway = false;
  const registry = new Registry();
  try {
    await writeFile(path, configuration({}));
    const reload = new ConfigurationReload({
      path,
      first: loadConfiguration(path),
      disallowedIssuers: ['https://own'],
      apply: ({ jwt }) => {
        if (isAway) return Promise.reject(new Error('not healthy'));
        applied.push(jwt.map(({ issuer }) => issuer.url).join(' '));
        return Promise.resolve();
      },
      apiServerId: 'server',
      metrics: registry,
      clock: new SimClock(),
      log: nullLogger,
    });
    /** How many reloads came to which end, and whether the configuration that is told of is another. */
    const counts = async () => {
      const text = await registry.metrics();
      const of = (status: string) =>
        Number(new RegExp(`reloads_total{[^}]*status="${status}"[^}]*} (\\d+)`).exec(text)?.[1] ?? 0);
      return [of('success'), of('failure')];
    };
    const look = async (text: string) => {
      await writeFile(path, text);
      await reload.look();
      return counts();
    };
    assert.deepEqual(await look(configuration({})), [0, 0]);
    assert.deepEqual(await look(configuration(provider('https://a'))), [1, 0]);
    assert.deepEqual(await look('{'), [1, 1]);
    assert.deepEqual(await look('{'), [1, 1]);
    assert.deepEqual(await look(configuration(provider('http://a'))), [1, 2]);
    assert.deepEqual(await look(configuration(provider('https://own'))), [1, 3]);
    assert.deepEqual(await look(configuration({ anonymous: { enabled: true } })), [1, 4]);
    isAway = true;
    assert.deepEqual(await look(configuration(provider('https://b'))), [1, 5]);
    // It may be there by now.
    assert.deepEqual(await look(configuration(provider('https://b'))), [1, 6]);
    isAway = false;
    assert.deepEqual(await look(configuration(provider('https://b'))), [2, 6]);
    await rm(path);
    await reload.look();
    assert.deepEqual(await counts(), [2, 7]);
    assert.deepEqual(applied, ['https://a', 'https://b']);
  } finally {
    await rm(directory, { recursive: true });
  }
});
