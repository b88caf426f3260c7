import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { X509Certificate } from 'node:crypto';
import { systemClock, systemRandom } from '@tiphys/sdk/runtime';
import { frontProxyName, Pki } from '../../pki/index.ts';
import type { Known, Shown } from './known.ts';
import { requestHeaders, standardUserHeaders } from './request-header.ts';

const dir = mkdtempSync(join(tmpdir(), 'tiphys-request-header-'));
const pki = new Pki(dir, { clock: systemClock, random: systemRandom }, { serverNames: [] });
after(() => rmSync(dir, { recursive: true }));
const der = (pem: string) => new X509Certificate(pem).raw;
const proxy = der(pki.frontProxyClient.cert);
const somebody = der(pki.clientCertificate('somebody', ['system:masters']).cert);

const asked = (headers: Shown['headers'], frontProxyCertificate: Uint8Array | undefined = proxy): Shown => ({
  path: '/',
  headers,
  ...(frontProxyCertificate && { frontProxyCertificate }),
});
const userOf = (known: unknown) => (known as Known | undefined)?.user;

test('who a proxy in front says that asks', () => {
  const headers = {
    username: ['X-Remote-User', 'X-Other-User'],
    uid: ['X-Remote-Uid'],
    group: ['X-Remote-Group', 'X-Other-Group'],
    extraPrefix: ['X-Remote-Extra-', 'X-Other-'],
  };
  const knows = requestHeaders({ allowedNames: [frontProxyName], headers }, ['a']);
  const table: [given: Shown['headers'], want: unknown][] = [
    [{}, undefined],
    [{ 'x-remote-user': '', 'x-remote-group': 'g' }, undefined],
    [{ 'x-remote-user': 'jane' }, { name: 'jane', uid: '', groups: [], extra: {} }],
    [
      { 'x-remote-user': '', 'x-other-user': 'joe' },
      { name: 'joe', uid: '', groups: [], extra: { user: ['joe'] } },
    ],
    [
      { 'x-remote-user': 'jane', 'x-remote-uid': '7', 'x-other-group': 'c', 'x-remote-group': 'a, cn=b,ou=c' },
      { name: 'jane', uid: '7', groups: ['a', 'cn=b,ou=c', 'c'], extra: { group: ['c'] } },
    ],
    [
      { 'x-remote-user': 'jane', 'x-remote-extra-scopes%2fa': ['1', '2'], 'x-remote-extra-bad%zz': '3' },
      { name: 'jane', uid: '', groups: [], extra: { 'scopes/a': ['1', '2'], 'bad%zz': ['3'] } },
    ],
    // As Node gives what came in UTF-8.
    [{ 'x-remote-user': 'jÃ¶rg' }, { name: 'jörg', uid: '', groups: [], extra: {} }],
  ];
  for (const [given, want] of table) assert.deepEqual(userOf(knows(asked(given), ['a'])), want);
});

test('only the word of a proxy counts, and only of those who are allowed', () => {
  const headers = standardUserHeaders;
  const given = { 'x-remote-user': 'jane' };
  const strict = requestHeaders({ allowedNames: [frontProxyName], headers }, []);
  assert.equal(strict({ path: '/', headers: given, clientCertificate: somebody }, []), undefined);
  const refusal = { message: 'x509: subject with cn=somebody is not in the allowed list' };
  assert.throws(() => strict(asked(given, somebody), []), refusal);
  assert.throws(() => strict(asked({}, somebody), []), refusal);
  const lax = requestHeaders({ allowedNames: [], headers }, []);
  assert.equal(userOf(lax(asked(given, somebody), []))?.name, 'jane');
});
