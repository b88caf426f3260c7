import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { test } from 'node:test';
import { nullLogger } from '@tiphys/sdk/runtime';
import { healthAnswer, HealthCheckServers, healthCheckOf } from './health-check.ts';
import { anEndpoint, aService } from './service-builder.ts';

test('what is counted: addresses of this node that are ready', () => {
  const endpoints = [
    anEndpoint('10.244.0.2'),
    anEndpoint('10.244.0.2', { port: 9090 }),
    anEndpoint('10.244.0.3', { ready: false }),
    anEndpoint('10.244.1.4', { local: false }),
  ];
  assert.equal(healthCheckOf(aService(endpoints)), undefined);
  assert.equal(healthCheckOf(aService(endpoints, { healthCheckNodePort: 30999 }))?.localEndpoints, 1);
});

test('the answer that load balancers read', () => {
  const check = { namespace: 'default', name: 'web', port: 1, localEndpoints: 0 };
  assert.equal(healthAnswer(check).status, 503);
  const answer = healthAnswer({ ...check, localEndpoints: 2 });
  assert.equal(answer.status, 200);
  assert.deepEqual(JSON.parse(answer.body), {
    service: { namespace: 'default', name: 'web' },
    localEndpoints: 2,
    serviceProxyHealthy: true,
  });
});

test('a server follows its service', async () => {
  await using servers = new HealthCheckServers({ host: '127.0.0.1', log: nullLogger });
  const port = await freePort();
  const check = { namespace: 'default', name: 'web', port, localEndpoints: 1 };
  servers.set('default/web', check);
  assert.equal((await fetch(`http://127.0.0.1:${port}/`)).status, 200);
  servers.set('default/web', { ...check, localEndpoints: 0 });
  const none = await fetch(`http://127.0.0.1:${port}/`);
  assert.equal(none.status, 503);
  assert.equal(none.headers.get('x-load-balancing-endpoint-weight'), '0');
  servers.set('default/web', undefined);
  await assert.rejects(fetch(`http://127.0.0.1:${port}/`));
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}
