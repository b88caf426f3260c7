import assert from 'node:assert/strict';
import { test } from 'node:test';
import { standardGates } from '@tiphys/sdk/api';
import { kindsServedBy } from './kinds.ts';
import { serverScene } from './server-scene.ts';

const resourceList = async (gates: ReadonlySet<string>) => {
  const scene = await serverScene({}, kindsServedBy({ gates }));
  const { body } = await scene.ask('GET', '/api/v1');
  const { body: openapi } = await scene.ask('GET', '/openapi/v3/api/v1');
  const watched = await scene.ask(
    'GET',
    '/api/v1/pods?watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&timeoutSeconds=1',
  );
  scene.stop();
  const { schemas } = openapi['components'] as {
    schemas: Record<string, { properties: Record<string, { enum?: unknown; default?: unknown }> }>;
  };
  const protocol = schemas['io.k8s.api.core.v1.ContainerPort']!.properties['protocol']!;
  return {
    hash: (body['resources'] as { name: string; storageVersionHash?: string }[]).find((r) => r.name === 'pods')
      ?.storageVersionHash,
    enum: protocol.enum,
    default: protocol.default,
    watch: watched.message,
  };
};

test('what is told of kinds, and how they may be watched, is behind gates', async () => {
  const open = await resourceList(standardGates);
  assert.deepEqual(open, { hash: 'xPOwRZ+Yhw8=', enum: ['SCTP', 'TCP', 'UDP'], default: 'TCP', watch: '' });
  const shut = new Set(standardGates);
  for (const gate of ['StorageVersionHash', 'OpenAPIEnums', 'WatchList']) shut.delete(gate);
  const { watch, ...told } = await resourceList(shut);
  assert.deepEqual(told, { hash: undefined, enum: undefined, default: 'TCP' });
  assert.match(watch, /sendInitialEvents: Forbidden: sendInitialEvents is forbidden for watch unless the WatchList/);
});
