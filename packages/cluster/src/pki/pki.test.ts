import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { connect, createServer } from 'node:tls';
import { systemClock, systemRandom } from '@tiphys/sdk/runtime';
import { Pki, ServiceAccountTokens } from './index.ts';

const names = ['localhost', 'kubernetes.default.svc', '127.0.0.1', '::1', '10.0.0.1'];

function withPki(work: (pki: Pki, dir: string, again: () => Pki) => void | Promise<void>) {
  return async () => {
    const dir = mkdtempSync(join(tmpdir(), 'tiphys-pki-'));
    const make = (serverNames = names) => new Pki(dir, { clock: systemClock, random: systemRandom }, { serverNames });
    try {
      await work(make(), dir, make);
    } finally {
      rmSync(dir, { recursive: true });
    }
  };
}

describe('the cluster authority', () => {
  it(
    'issues certificates that verify, for every name asked for',
    withPki((pki) => {
      const ca = new X509Certificate(pki.ca.cert);
      const server = new X509Certificate(pki.apiserver.cert);
      assert.ok(ca.ca);
      assert.ok(server.verify(ca.publicKey));
      assert.ok(server.checkIssued(ca));
      for (const n of names) assert.ok(server.checkHost(n) ?? server.checkIP(n), n);
      assert.match(
        new X509Certificate(pki.clientCertificate('jane', ['dev', 'ops']).cert).subject,
        /O=dev\nO=ops\nCN=jane/,
      );
    }),
  );

  it(
    'keeps private keys to their owner, and everything over a restart',
    withPki((pki, dir, again) => {
      for (const f of ['ca.key', 'apiserver.key', 'sa.key'])
        assert.equal(statSync(join(dir, f)).mode & 0o777, 0o600, f);
      const next = again();
      assert.equal(next.ca.cert, pki.ca.cert);
      assert.equal(next.apiserver.cert, pki.apiserver.cert);
      assert.equal(next.serviceAccountKey, pki.serviceAccountKey);
    }),
  );

  it(
    'is what a TLS client and server trust each other by',
    withPki(async (pki) => {
      const client = pki.clientCertificate('system:node:n1', ['system:nodes']);
      const server = createServer(
        { ...pki.apiserver, ca: pki.ca.cert, requestCert: true, rejectUnauthorized: true },
        (s) => s.end(s.getPeerCertificate().subject.CN),
      );
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      try {
        const { port } = server.address() as { port: number };
        const socket = connect({ port, host: '127.0.0.1', ca: pki.ca.cert, ...client });
        let heard = '';
        for await (const chunk of socket) heard += String(chunk);
        assert.equal(heard, 'system:node:n1');
      } finally {
        server.close();
      }
    }),
  );
});

describe('service-account tokens', () => {
  it(
    'verify when we signed them, and not when a byte differs or another key did',
    withPki((pki) => {
      const tokens = new ServiceAccountTokens(pki.serviceAccountKey);
      const claims = {
        iss: 'https://kubernetes.default.svc.cluster.local',
        sub: 'system:serviceaccount:ns:robot',
        aud: ['x'],
        exp: 2,
        iat: 1,
        nbf: 1,
        jti: 'j',
        'kubernetes.io': { namespace: 'ns', serviceaccount: { name: 'robot', uid: 'u' } },
      };
      const token = tokens.sign(claims);
      assert.deepEqual(tokens.verify(token), claims);
      const [head, body, signature] = token.split('.');
      assert.equal(tokens.verify(`${head}.${body}x.${signature}`), undefined);
      assert.equal(tokens.verify('eyJhbGciOiJub25lIn0.e30.'), undefined);
      assert.equal(new ServiceAccountTokens(pki.ca.key).verify(token), undefined);
    }),
  );
});
