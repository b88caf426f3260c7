import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Logger, nullLogger } from '@tiphys/sdk/runtime';
import { StoreRefusal } from '../store/index.ts';
import { standardKinds } from './kinds.ts';
import { serverScene } from './server-scene.ts';

test('what a store elsewhere refuses is told in one line, what breaks here with where it broke', async (t) => {
  const told: string[] = [];
  const tell =
    (level: string): Logger['warn'] =>
    (message, fields) =>
      void told.push(
        `${level}: ${message}: ${String(fields?.['error']).split('\n').length > 1 ? 'a stack' : String(fields?.['error'])}`,
      );
  const log: Logger = { ...nullLogger, warn: tell('warn'), error: tell('error'), child: () => log };
  const scene = await serverScene({}, standardKinds, undefined, log);
  t.after(() => scene.stop());
  const { store } = scene.server.deps;
  const write = () => scene.ask('POST', '/api/v1/namespaces', { metadata: { name: 'n' } });

  store.txn = () => Promise.reject(new StoreRefusal('DeadlineExceeded', 'context deadline exceeded'));
  assert.equal((await write()).status, 500);
  store.txn = () => Promise.reject(new TypeError('x is not a function'));
  assert.equal((await write()).status, 500);
  assert.deepEqual(told, [
    'warn: the store did not do what a request needs: RpcError: rpc error: code = DeadlineExceeded desc = context deadline exceeded',
    'error: request failed: a stack',
  ]);
});
