import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { generateKeyPairSync, type JsonWebKey, type KeyObject, randomUUID, sign } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer as createHttp } from 'node:http';
import { createServer, get } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { json, text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { after, before, describe, it } from 'node:test';
import { systemClock, systemRandom } from '@tiphys/sdk/runtime';
import { selfSigned } from 'tiphys/pki';
import { type ServerProcess, startServer } from './api-server.ts';
import { kubectls } from './kubectls.ts';

const found = kubectls();
if (!found.length) it('kubectl', { skip: 'no kubectl is on the PATH, and this platform has none in a package' });

interface Key {
  readonly private: KeyObject;
  readonly jwk: JsonWebKey & { kid: string };
}

function aKey(): Key {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return { private: privateKey, jwk: { ...publicKey.export({ format: 'jwk' }), kid: randomUUID() } };
}

function token({ private: key, jwk: { kid } }: Key, claims: object): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const head = `${part({ alg: 'RS256', kid })}.${part(claims)}`;
  return `${head}.${sign('sha256', Buffer.from(head), key).toString('base64url')}`;
}

/** An OpenID provider whose keys are those of the list. */
async function provider(keys: Key[]) {
  const { cert, key } = selfSigned(['127.0.0.1'], { clock: systemClock, random: systemRandom });
  const server = createServer({ cert, key }, ({ url: path }, response) => {
    const document = path === '/keys' ? { keys: keys.map(({ jwk }) => jwk) } : { issuer: url, jwks_uri: `${url}/keys` };
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(document));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { url, ca: cert, close: () => server.close() };
}

/** A webhook that knows the tokens `hook-NAME`. */
async function webhook() {
  const server = createHttp((request, response) => {
    void json(request).then((review) => {
      const { apiVersion, spec } = review as { apiVersion: string; spec: { token: string } };
      const username = /^hook-(.+)$/.exec(spec.token)?.[1];
      const status = username ? { authenticated: true, user: { username, groups: ['hooked'] } } : {};
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ apiVersion, kind: 'TokenReview', status }));
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close: () => server.close() };
}

const directory = mkdtempSync(join(tmpdir(), 'tiphys-authentication-'));
const config = join(directory, 'config.json');
const signing = [aKey()];
let [issuer, hook]: [Awaited<ReturnType<typeof provider>>?, Awaited<ReturnType<typeof webhook>>?] = [];
let server: ServerProcess;

const configured = (prefix: string): string =>
  JSON.stringify({
    apiVersion: 'apiserver.config.k8s.io/v1',
    kind: 'AuthenticationConfiguration',
    jwt: [
      {
        issuer: { url: issuer!.url, audiences: ['kubectl'], certificateAuthority: issuer!.ca },
        claimMappings: {
          username: { expression: `'${prefix}' + claims.sub` },
          groups: { claim: 'groups', prefix: 'oidc:' },
          extra: [{ key: 'example.org/team', valueExpression: 'claims.?team.orValue("none")' }],
        },
        userValidationRules: [{ expression: "!user.username.endsWith('root')", message: 'not you' }],
      },
    ],
    anonymous: { enabled: true, conditions: [{ path: '/livez' }] },
  });

const claims = (more: object = {}) => {
  const now = Math.floor(systemClock.now() / 1000);
  return { iss: issuer!.url, aud: 'kubectl', sub: 'ada', iat: now, exp: now + 600, groups: ['dev'], ...more };
};

if (found.length) {
  before(async () => {
    [issuer, hook] = [await provider(signing), await webhook()];
    writeFileSync(config, configured('p:'));
    const kubeconfig = join(directory, 'webhook.kubeconfig');
    writeFileSync(
      kubeconfig,
      JSON.stringify({
        clusters: [{ name: 'c', cluster: { server: `${hook.url}/review` } }],
        users: [{ name: 'u', user: {} }],
        contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
        'current-context': 'x',
      }),
    );
    server = await startServer(
      `--authentication-config=${config}`,
      `--authentication-token-webhook-config-file=${kubeconfig}`,
      '--authentication-token-webhook-version=v1',
      '--enable-bootstrap-token-auth',
    );
  });
  after(async () => {
    await server.stop();
    issuer?.close();
    hook?.close();
    rmSync(directory, { recursive: true });
  });
}

if (found.length) {
  it('nobody in particular is somebody only where that is allowed', async () => {
    const status = (path: string) =>
      new Promise((resolve, reject) => {
        get(`${server.url}${path}`, { rejectUnauthorized: false }, (r) => resolve(r.resume().statusCode)).on(
          'error',
          reject,
        );
      });
    assert.deepEqual([await status('/livez?verbose'), await status('/version')], [200, 401]);
  });
}

for (const { version, path } of found) {
  describe(`kubectl ${version}`, () => {
    const kubectl = async (
      args: string[],
      { as = 'nobody', stdin = '' }: { as?: 'nobody' | 'admin'; stdin?: string } = {},
    ) => {
      const child = spawn(path, ['--kubeconfig', server.kubeconfig(as), ...args], {
        env: { ...process.env, HOME: directory },
      });
      child.stdin.end(stdin);
      const [out, err] = await Promise.all([text(child.stdout), text(child.stderr)]);
      return out + err;
    };
    const whoami = async (bearer: string): Promise<string> => {
      const said = await kubectl(['--token', bearer, 'auth', 'whoami', '-o', 'jsonpath={.status.userInfo}']);
      return said.trim();
    };
    const unauthorized = /^error: You must be logged in to the server/;

    it('is told who a token of a provider stands for, once the provider has answered', async () => {
      const wanted = {
        username: 'p:ada',
        groups: ['oidc:dev', 'system:authenticated'],
        extra: { 'example.org/team': ['none'] },
      };
      for (let i = 0; i < 50 && unauthorized.test(await whoami(token(signing[0]!, claims()))); i++) await sleep(100);
      assert.deepEqual(JSON.parse(await whoami(token(signing[0]!, claims()))), wanted);
    });

    it('is refused with a token that is no good', async () => {
      for (const more of [{ aud: 'other' }, { exp: 0 }, { iss: 'https://nobody' }, { sub: 'root' }, { groups: 3 }]) {
        assert.match(await whoami(token(signing[0]!, claims(more))), unauthorized, JSON.stringify(more));
      }
      assert.match(await whoami(token(aKey(), claims())), unauthorized);
    });

    it('goes on with a key that the provider has since', async () => {
      const next = aKey();
      signing.push(next);
      assert.match(await whoami(token(next, claims())), /"p:ada"/);
    });

    it('is told why by a review', async () => {
      const review = {
        apiVersion: 'authentication.k8s.io/v1',
        kind: 'TokenReview',
        spec: { token: token(signing[0]!, claims({ aud: 'other' })) },
      };
      const said = await kubectl(['create', '-f', '-', '-o', 'jsonpath={.status.error}'], {
        as: 'admin',
        stdin: JSON.stringify(review),
      });
      assert.equal(said, '[invalid bearer token, oidc: verify token: oidc: expected audience "kubectl" got ["other"]]');
    });

    it('is somebody by a webhook and by a bootstrap token', async () => {
      assert.deepEqual(JSON.parse(await whoami('hook-bob')), {
        username: 'bob',
        groups: ['hooked', 'system:authenticated'],
      });
      const id = version.replace(/\D/g, '').padStart(6, '0').slice(-6);
      const secret = ['-n', 'kube-system', 'create', 'secret', 'generic', `bootstrap-token-${id}`, '--type'];
      const data = { 'token-id': id, 'token-secret': '0123456789abcdef', 'usage-bootstrap-authentication': 'true' };
      const literals = Object.entries(data).map(([key, value]) => `--from-literal=${key}=${value}`);
      await kubectl([...secret, 'bootstrap.kubernetes.io/token', ...literals], { as: 'admin' });
      assert.deepEqual(JSON.parse(await whoami(`${id}.0123456789abcdef`)), {
        username: `system:bootstrap:${id}`,
        groups: ['system:bootstrappers', 'system:authenticated'],
      });
    });

    it('is somebody else when the configuration says so', async () => {
      writeFileSync(config, configured('q:'));
      const fresh = () => token(signing[0]!, claims({ jti: randomUUID() }));
      for (let i = 0; i < 100 && /"p:ada"/.test(await whoami(fresh())); i++) await sleep(50);
      assert.match(await whoami(fresh()), /"q:ada"/);
      writeFileSync(config, configured('p:'));
      for (let i = 0; i < 100 && /"q:ada"/.test(await whoami(fresh())); i++) await sleep(50);
    });
  });
}
