import assert from 'node:assert/strict';
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { Command, CommanderError } from 'commander';
import { nullLogger, systemClock, systemRandom } from '@tiphys/sdk/runtime';
import { Pki } from '../pki/index.ts';
import { aggregationFlags, aggregationNotes, aggregationOptionsOf } from './aggregation-flags.ts';
import type { ApiServerOptions } from './apiserver-options.ts';
import { frontProxyOf, proxyClientOf } from './front-proxy.ts';

function read(...argv: string[]): Record<string, unknown> {
  const command = new Command().exitOverride().configureOutput({ writeErr: () => {} });
  for (const option of aggregationFlags()) command.addOption(option);
  return command.parse(argv, { from: 'user' }).opts();
}

test('what the flags say', () => {
  const plain = { routeToEndpoints: false, rejectRedirects: true };
  assert.deepEqual(aggregationOptionsOf(read()), plain);
  assert.deepEqual(aggregationOptionsOf({}), plain);
  assert.deepEqual(
    aggregationOptionsOf(
      read(
        '--enable-aggregator-routing',
        '--aggregator-reject-forwarding-redirect=false',
        '--proxy-client-cert-file=c',
        '--proxy-client-key-file=k',
        '--requestheader-client-ca-file=ca',
        '--requestheader-username-headers=X-Remote-User,X-User',
        '--requestheader-group-headers=X-Remote-Group',
        '--requestheader-group-headers=X-Group',
        '--requestheader-extra-headers-prefix=X-Remote-Extra-',
      ),
    ),
    {
      routeToEndpoints: true,
      rejectRedirects: false,
      proxyClient: { certFile: 'c', keyFile: 'k' },
      requestHeader: {
        clientCaFile: 'ca',
        allowedNames: [],
        username: ['X-Remote-User', 'X-User'],
        uid: [],
        group: ['X-Remote-Group', 'X-Group'],
        extraPrefix: ['X-Remote-Extra-'],
      },
    },
  );
});

test('what is wrong with them', () => {
  for (const flag of ['username-headers', 'uid-headers', 'group-headers', 'extra-headers-prefix', 'allowed-names']) {
    assert.throws(
      () => read(`--requestheader-${flag}=a, ,b`),
      (err) => err instanceof CommanderError && err.message.includes(`empty value in "requestheader-${flag}"`),
    );
  }
  assert.throws(() => aggregationOptionsOf(read('--proxy-client-key-file=k')), /go together/);
  assert.throws(
    () => aggregationOptionsOf(read('--requestheader-uid-headers=X-Uid')),
    /set without specifying the standard X-Remote-Uid header/,
  );
  assert.deepEqual(aggregationNotes(read('--requestheader-username-headers=x-remote-user')), []);
  assert.deepEqual(aggregationNotes(read('--requestheader-group-headers=X-Group')), [
    '--requestheader-group-headers is set without specifying the standard X-Remote-Group header - API aggregation will not work',
  ]);
});

test('whose word is taken, and what is shown', async (t) => {
  const dir = mkdtempSync(join(tmpdir(), 'tiphys-front-proxy-'));
  t.after(() => rmSync(dir, { recursive: true }));
  const world = { clock: systemClock, random: systemRandom };
  const pki = new Pki(join(dir, 'pki'), world, { serverNames: [] });
  const file = (name: string) => join(dir, 'pki', name);
  const given = (clientCaFile: string, allowedNames: readonly string[]) =>
    ({
      aggregation: {
        requestHeader: { clientCaFile, allowedNames, username: ['A'], uid: [], group: [], extraPrefix: [] },
      },
    }) as unknown as ApiServerOptions;

  const own = frontProxyOf({} as ApiServerOptions, pki);
  assert.deepEqual([own.ca, own.allowedNames], [pki.frontProxyCa.cert, ['front-proxy-client']]);
  assert.deepEqual(frontProxyOf(given(file('front-proxy-ca.crt'), []), pki).headers.username, ['A']);
  assert.throws(() => frontProxyOf(given(file('ca.crt'), []), pki), /contain overlapping certificates/);
  assert.equal(frontProxyOf(given(file('ca.crt'), ['x']), pki).ca, pki.ca.cert);
  assert.throws(() => frontProxyOf(given(file('ca.key'), []), pki), /has no certificates/);
  assert.throws(() => frontProxyOf(given(file('absent'), []), pki), /can't be read/);

  const deps = { ...world, pki, log: nullLogger };
  assert.equal(proxyClientOf({}, deps).current(), pki.frontProxyClient);
  const [certFile, keyFile] = [join(dir, 'shown.crt'), join(dir, 'shown.key')];
  copyFileSync(file('front-proxy-client.crt'), certFile);
  copyFileSync(file('apiserver.key'), keyFile);
  assert.throws(() => proxyClientOf({ proxyClient: { certFile, keyFile } }, deps), /not that of the certificate/);
  copyFileSync(file('front-proxy-client.key'), keyFile);
  const shown = proxyClientOf({ proxyClient: { certFile, keyFile } }, deps);
  assert.deepEqual(shown.current(), pki.frontProxyClient);
  const stop = new AbortController();
  const following = shown.follow(stop.signal);
  const next = pki.clientCertificate('front-proxy-client');
  writeFileSync(keyFile, next.key);
  writeFileSync(certFile, next.cert);
  while (shown.current().cert !== next.cert) await systemClock.sleep(5);
  stop.abort();
  await following;
});
