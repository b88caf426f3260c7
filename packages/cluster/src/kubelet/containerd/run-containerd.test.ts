import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RpcError } from '../../grpc/index.ts';
import { isStarting } from './run-containerd.ts';

for (const { name, error, starts } of [
  { name: 'nobody listens yet', error: new RpcError('Unavailable', 'connect ENOENT'), starts: true },
  {
    name: 'the service is still to come',
    error: new RpcError('Unimplemented', 'unknown service runtime.v1.RuntimeService'),
    starts: true,
  },
  {
    name: 'the service is there and not ready',
    error: new RpcError('Unknown', 'server is not initialized yet'),
    starts: true,
  },
  { name: 'anything else', error: new RpcError('Unknown', 'the disk is gone'), starts: false },
]) {
  test(`a containerd that starts: ${name}`, () => assert.equal(isStarting(error), starts));
}
