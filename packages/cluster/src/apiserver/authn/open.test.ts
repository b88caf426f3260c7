import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { nullLogger, Registry, systemClock, systemRandom } from '@tiphys/sdk/runtime';
import { signedToken, signingKey, type TestProvider, testProvider } from './oidc/provider-builder.ts';
import { type AuthenticationOptions, type OidcOptions, openAuthentication } from './open.ts';

const directory = mkdtempSync(join(tmpdir(), 'open-'));
const stop = new AbortController();
const key = signingKey('k');
let provider: TestProvider;
before(async () => {
  provider = await testProvider();
  provider.keys = [key];
  writeFileSync(join(directory, 'ca.crt'), provider.ca);
});
after(() => {
  stop.abort();
  provider.close();
  rmSync(directory, { recursive: true });
});

const open = (options: Partial<AuthenticationOptions>) =>
  openAuthentication(
    { anonymous: { isAllowed: true, isAskedFor: false }, bootstrapTokens: false, ...options },
    {
      audiences: ['us'],
      issuers: ['https://own'],
      apiServerId: 'server',
      metrics: new Registry(),
      clock: systemClock,
      random: systemRandom,
      log: nullLogger,
    },
    stop.signal,
  );

const oidc = (more: Partial<OidcOptions> = {}): OidcOptions => ({
  issuerUrl: provider.url,
  clientId: 'app',
  caFile: join(directory, 'ca.crt'),
  usernameClaim: 'sub',
  signingAlgs: ['ES256'],
  requiredClaims: new Map(),
  ...more,
});

/** The name and groups of a token, once the provider has answered. */
async function user(options: OidcOptions, claims: object): Promise<string> {
  const { remoteTokens } = await open({ oidc: options });
  const exp = Math.floor(systemClock.now() / 1000) + 60;
  const token = signedToken(key, { iss: provider.url, aud: 'app', sub: 'ada', exp, ...claims });
  for (;;) {
    try {
      const { user: known } = (await remoteTokens!.knows(token, ['us']))!;
      return [known.name, ...known.groups].join(' ');
    } catch (err) {
      const { message } = err as Error;
      if (message !== 'oidc: authenticator not initialized') return message;
      await systemClock.sleep(5);
    }
  }
}

test('names of a provider that flags tell of are told apart by it, but for mail addresses', async () => {
  const cases: readonly [Partial<OidcOptions>, object, string][] = [
    [{}, {}, `${provider.url}#ada`],
    [{ usernamePrefix: 'p:' }, {}, 'p:ada'],
    [{ usernamePrefix: '-' }, {}, 'ada'],
    [{ usernameClaim: 'email' }, { email: 'ada@example.org' }, 'ada@example.org'],
    [{ usernamePrefix: '-', groupsClaim: 'g', groupsPrefix: 'g:' }, { g: ['a', 'b'] }, 'ada g:a g:b'],
    [
      { requiredClaims: new Map([['hd', 'x']]) },
      { hd: 'y' },
      'oidc: required claim hd value does not match. Got = y, want = x',
    ],
    [
      { signingAlgs: ['RS256', 'PS256'] },
      {},
      'oidc: verify token: oidc: id token signed with unsupported algorithm, expected ["RS256" "PS256"] got "ES256"',
    ],
  ];
  for (const [options, claims, want] of cases) assert.equal(await user(oidc(options), claims), want);
});

test('what makes no sense is refused at the start, in upstream’s words', async () => {
  const file = (name: string, members: object) => {
    const path = join(directory, name);
    const header = { apiVersion: 'apiserver.config.k8s.io/v1', kind: 'AuthenticationConfiguration' };
    writeFileSync(path, JSON.stringify({ ...header, ...members }));
    return path;
  };
  const jwt = (url: string) => ({
    jwt: [{ issuer: { url, audiences: ['a'] }, claimMappings: { username: { claim: 'sub', prefix: '' } } }],
  });
  const kubeconfig = join(directory, 'kubeconfig');
  writeFileSync(
    kubeconfig,
    JSON.stringify({
      clusters: [{ name: 'c', cluster: { server: 'http://127.0.0.1:1' } }],
      contexts: [{ name: 'x', context: { cluster: 'c' } }],
      'current-context': 'x',
    }),
  );
  const cases: readonly [Partial<AuthenticationOptions>, string][] = [
    [
      { configFile: '/nowhere' },
      'failed to load authentication configuration from file "/nowhere": open /nowhere: no such file or directory',
    ],
    [
      { configFile: file('http', jwt('http://a')) },
      'invalid authentication configuration: jwt[0].issuer.url: Invalid value: "http://a": URL scheme must be https',
    ],
    [
      { configFile: file('own', jwt('https://own')) },
      'issuer.url: Invalid value: "https://own": URL must not overlap with disallowed issuers: [https://own]',
    ],
    [
      {
        configFile: file('anonymous', { anonymous: { enabled: true } }),
        anonymous: { isAllowed: true, isAskedFor: true },
      },
      'anonymous: Forbidden: --anonymous-auth flag cannot be set when anonymous field is configured in authentication configuration file',
    ],
    [{ oidc: oidc({ signingAlgs: ['HS256'] }) }, 'oidc: unsupported signing alg: "HS256"'],
    [{ oidc: oidc({ caFile: '/nowhere' }) }, 'open /nowhere: no such file or directory'],
    [
      { oidc: oidc({ issuerUrl: 'http://a' }) },
      'invalid authentication configuration: jwt[0].issuer.url: Invalid value: "http://a": URL scheme must be https',
    ],
    [{ webhook: { configFile: '/nowhere', version: 'v1', cacheTtlMs: 0 } }, 'stat /nowhere: no such file or directory'],
    [
      { webhook: { configFile: kubeconfig, version: 'v2', cacheTtlMs: 0 } },
      'unsupported authentication webhook version "v2", supported versions are "v1", "v1beta1"',
    ],
  ];
  for (const [options, message] of cases) await assert.rejects(open(options), { message });
});

test('a file says who may be anonymous where nobody else does', async () => {
  const path = join(directory, 'open');
  const header = { apiVersion: 'apiserver.config.k8s.io/v1beta1', kind: 'AuthenticationConfiguration' };
  writeFileSync(path, JSON.stringify({ ...header, anonymous: { enabled: true, conditions: [{ path: '/livez' }] } }));
  assert.deepEqual((await open({ configFile: path })).anonymous, { isAllowed: true, paths: new Set(['/livez']) });
  assert.deepEqual((await open({ anonymous: { isAllowed: false, isAskedFor: true } })).anonymous, { isAllowed: false });
});
