import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { systemClock, systemRandom } from '@tiphys/sdk/runtime';
import { type KeyPair, Pki, selfSigned } from '../../pki/index.ts';
import type { ServerRequest } from '../context.ts';
import { ClientAuthorities } from './client-authorities.ts';
import { listen } from './listener.ts';

test('neither a client nor a proxy in front is taken for the other', async (t) => {
  const dir = mkdtempSync(join(tmpdir(), 'tiphys-authorities-'));
  const world = { clock: systemClock, random: systemRandom };
  const pki = new Pki(dir, world, { serverNames: ['127.0.0.1'] });
  const seen: Pick<ServerRequest, 'clientCertificate' | 'certificateProblem' | 'frontProxyCertificate'>[] = [];
  const handle = (request: ServerRequest) => {
    seen.push(request);
    return Promise.resolve({ status: 200, headers: {}, body: { type: 'none' } } as const);
  };
  const listening = async (more: { clientCa: string; frontProxyCa?: string }) => {
    const server = await listen({ handle }, { ...world, port: 0, host: '127.0.0.1', ...pki.apiserver, ...more });
    t.after(() => server.close());
    return server.port;
  };
  t.after(() => rmSync(dir, { recursive: true }));
  const ask = async (port: number, shown: Partial<KeyPair>) => {
    seen.length = 0;
    const asked = request({ host: '127.0.0.1', port, ca: pki.ca.cert, ...shown, agent: false }).end();
    await once(asked, 'response');
    asked.destroy();
    const { clientCertificate, certificateProblem, frontProxyCertificate } = seen[0]!;
    return [clientCertificate && 'client', frontProxyCertificate && 'proxy', certificateProblem];
  };
  const { ca, frontProxyCa, frontProxyClient } = pki;
  const client = pki.clientCertificate('jane');
  const unknown = 'x509: certificate signed by unknown authority';

  const both = await listening({ clientCa: ca.cert, frontProxyCa: frontProxyCa.cert });
  assert.deepEqual(await ask(both, {}), [undefined, undefined, undefined]);
  assert.deepEqual(await ask(both, client), ['client', undefined, undefined]);
  assert.deepEqual(await ask(both, frontProxyClient), [undefined, 'proxy', unknown]);
  const [asClient, asProxy, problem] = await ask(both, selfSigned(['x'], world));
  assert.deepEqual([asClient, asProxy], [undefined, undefined]);
  assert.ok(problem);

  const shared = await listening({ clientCa: ca.cert, frontProxyCa: ca.cert });
  assert.deepEqual(await ask(shared, client), ['client', 'proxy', undefined]);

  const none = await listening({ clientCa: ca.cert });
  assert.deepEqual(await ask(none, client), ['client', undefined, undefined]);
});

test('a client that is gone before it is looked at shows nothing', () => {
  const authorities = new ClientAuthorities({ clients: '', frontProxies: '' });
  const closed = { authorized: false, authorizationError: 'none', getPeerCertificate: () => null } as never;
  const { clientCertificate, certificateProblem } = authorities.verified(closed);
  assert.deepEqual([clientCertificate, certificateProblem], [undefined, undefined]);
});
