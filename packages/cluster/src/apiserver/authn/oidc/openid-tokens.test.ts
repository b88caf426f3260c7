import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { nullLogger, Registry, systemClock } from '@tiphys/sdk/runtime';
import type { JwtAuthenticator } from '../config/authentication-configuration.ts';
import type { Known } from '../known.ts';
import { signingAlgorithms } from './jws.ts';
import { OidcMetrics } from './metrics.ts';
import { OpenIdTokens } from './openid-tokens.ts';
import { signedToken, signingKey, type TestProvider, testProvider } from './provider-builder.ts';

const [ours, rotated, foreign] = [signingKey('one'), signingKey('two', 'RS256'), signingKey('other')];
const stop = new AbortController();
let provider: TestProvider;
before(async () => void (provider = await testProvider()));
after(() => {
  stop.abort();
  provider.close();
});

const now = (): number => Math.floor(systemClock.now() / 1000);

type Members = Partial<Omit<JwtAuthenticator, 'issuer'>> & { issuer?: Partial<JwtAuthenticator['issuer']> };

async function tokensOf(jwt: Members[], registry = new Registry()): Promise<OpenIdTokens> {
  const configuration = { jwt: jwt.map(authenticator) };
  const deps = {
    clock: systemClock,
    log: nullLogger,
    metrics: new OidcMetrics(registry, { apiServerId: 'server', clock: systemClock }),
    algorithms: signingAlgorithms,
    disallowedIssuers: [],
    audiences: ['us'],
  };
  const tokens = new OpenIdTokens({ jwt: [] }, deps, stop.signal);
  await tokens.replace(configuration);
  return tokens;
}

const authenticator = ({ issuer, ...rest }: Members): JwtAuthenticator => ({
  issuer: { url: provider.url, audiences: ['app'], certificateAuthority: provider.ca, ...issuer },
  claimMappings: { username: { claim: 'sub', prefix: 'oidc:' } },
  ...rest,
});

const claims = (more: object = {}) => ({ iss: provider.url, aud: 'app', sub: 'ada', exp: now() + 600, ...more });
const token = (more: object = {}, key = ours, header = {}) => signedToken(key, claims(more), header);

/** The user, in a line, or why there is none. */
async function outcome(tokens: OpenIdTokens, of: string): Promise<string> {
  try {
    return lineOf(await tokens.knows(of, ['us']));
  } catch (err) {
    return (err as Error).message;
  }
}

function lineOf(known: Known | undefined): string {
  if (!known) return 'unknown';
  const { name, uid, groups, extra } = known.user;
  return [name, uid && `uid=${uid}`, ...groups, Object.keys(extra).length && JSON.stringify(extra)]
    .filter(Boolean)
    .join(' ');
}

async function check(tokens: OpenIdTokens, cases: readonly (readonly [string, string])[]): Promise<void> {
  for (const [of, want] of cases) assert.equal(await outcome(tokens, of), want);
}

test('a token is taken that its issuer has signed, for us and for now', async () => {
  provider.keys = [ours];
  const tokens = await tokensOf([{}]);
  const verify = 'oidc: verify token:';
  const unsigned = `${verify} failed to verify signature: failed to verify id token signature`;
  const unreadable = `${verify} oidc: failed to unmarshal claims:`;
  await check(tokens, [
    [token(), 'oidc:ada'],
    [token({ jti: 'x' }), 'oidc:ada {"authentication.kubernetes.io/credential-id":["JTI=x"]}'],
    [token({ aud: ['a', 'app'] }), 'oidc:ada'],
    [token({ nbf: now() + 30 }), 'oidc:ada'],
    [token({ exp: String(now() + 60) }), 'oidc:ada'],
    [token({}, ours, { kid: undefined }), 'oidc:ada'],
    ['nothing', 'unknown'],
    [token({ iss: 'https://nobody' }), 'unknown'],
    [token({ aud: 'other' }), `${verify} oidc: expected audience "app" got ["other"]`],
    [token({ aud: undefined }), `${verify} oidc: expected audience "app" got []`],
    [token({ exp: 0 }), `${verify} oidc: token is expired (Token Expiry: 1970-01-01 00:00:00 +0000 UTC)`],
    [token({ exp: undefined }), `${verify} oidc: token is expired (Token Expiry: 0001-01-01 00:00:00 +0000 UTC)`],
    [token({}, foreign), unsigned],
    [token({}, foreign, { kid: 'one' }), unsigned],
    [token({}, ours, { crit: ['x'] }), unsigned],
    [token({}, ours, { alg: 'ES384' }), unsigned],
    [
      token({}, ours, { alg: 'HS256' }),
      `${verify} oidc: id token signed with unsupported algorithm, expected ["ES256" "ES384" "ES512" "PS256" "PS384" "PS512" "RS256" "RS384" "RS512"] got "HS256"`,
    ],
    [
      token({}, ours, { kid: 3 }),
      `${verify} oidc: malformed jwt: failed to unmarshal key ID: json: cannot unmarshal number into Go value of type string: "3"`,
    ],
    [
      `${token().split('.').slice(0, 2).join('.')}.!!!`,
      `${verify} oidc: malformed jwt: illegal base64 data at input byte 0`,
    ],
    [token({ sub: 5 }), `${unreadable} json: cannot unmarshal number into Go struct field idToken.sub of type string`],
    [
      token({ aud: [3] }),
      `${unreadable} json: cannot unmarshal number into Go struct field idToken.aud of type string`,
    ],
    [
      token({ exp: 'soon' }),
      `${unreadable} json: invalid number literal, trying to unmarshal "\\"soon\\"" into Number`,
    ],
    [token({ sub: undefined }), 'oidc: parse username claims "sub": claim not present'],
  ]);
});

test('tokens are for this server whatever they say, and for nobody else', async () => {
  const tokens = await tokensOf([{}]);
  assert.deepEqual((await tokens.knows(token(), ['them', 'us']))?.audiences, ['us']);
  assert.equal(await tokens.knows(token(), ['them']), undefined);
});

test('claims are mapped to names, groups and uids', async () => {
  const tokens = await tokensOf([
    {
      claimMappings: {
        username: { claim: 'email', prefix: '' },
        groups: { claim: 'groups', prefix: 'g:' },
        uid: { claim: 'id' },
      },
      claimValidationRules: [{ claim: 'hd', requiredValue: 'example.org' }],
    },
  ]);
  const mail = (more: object) => token({ email: 'ada@example.org', id: '7', hd: 'example.org', ...more });
  const groups = 'oidc: parse groups claim "groups": json: cannot unmarshal';
  await check(tokens, [
    [mail({}), 'ada@example.org uid=7'],
    [mail({ groups: ['a', 'b'] }), 'ada@example.org uid=7 g:a g:b'],
    [mail({ groups: 'a' }), 'ada@example.org uid=7 g:a'],
    [mail({ groups: null }), 'ada@example.org uid=7'],
    [mail({ groups: 3 }), `${groups} number into Go value of type string`],
    [mail({ groups: ['a', 3] }), `${groups} array into Go value of type string`],
    [mail({ email_verified: true }), 'ada@example.org uid=7'],
    [mail({ email_verified: false }), 'oidc: email not verified'],
    [
      mail({ email_verified: 'true' }),
      "oidc: parse 'email_verified' claim: json: cannot unmarshal string into Go value of type bool",
    ],
    [mail({ id: undefined }), 'oidc: parse uid claim "id": claim not present'],
    [mail({ hd: undefined }), 'oidc: required claim hd not present in ID token'],
    [mail({ hd: 'x' }), 'oidc: required claim hd value does not match. Got = x, want = example.org'],
  ]);
});

test('expressions map claims and judge what comes of them', async () => {
  const tokens = await tokensOf([
    {
      claimMappings: {
        username: { expression: "claims.sub + '@' + claims.org.foo__dot__name" },
        groups: { expression: 'claims.?groups.orValue([])' },
        uid: { expression: "type(claims.n) == double ? 'double' : 'int'" },
        extra: [{ key: 'example.org/team', valueExpression: 'claims.team' }],
      },
      claimValidationRules: [{ expression: '!has(claims.bad)', message: 'it is bad' }],
      userValidationRules: [{ expression: "user.groups.all(g, !g.startsWith('system:'))", message: 'no' }],
    },
  ]);
  const of = (more: object) => token({ org: { 'foo.name': 'o' }, n: 3, team: ['x', '', 'y'], ...more });
  const team = '{"example.org/team":["x","y"]}';
  await check(tokens, [
    [of({}), `ada@o uid=double ${team}`],
    [of({ groups: ['a', ''], team: '' }), 'ada@o uid=double a'],
    [of({ groups: 'a', team: null }), 'ada@o uid=double a'],
    [
      of({ groups: [1] }),
      'oidc: error evaluating group claim expression: expression must return a string or a list of strings',
    ],
    [
      of({ team: 3 }),
      'oidc: error evaluating extra claim expression: claims.team: expression must return a string or a list of strings',
    ],
    [
      of({ org: {} }),
      "oidc: error evaluating username claim expression: expression 'claims.sub + '@' + claims.org.foo__dot__name' resulted in error: no such key: foo__dot__name",
    ],
    [
      of({ bad: 1 }),
      "oidc: error evaluating claim validation expression: validation expression '!has(claims.bad)' failed: it is bad",
    ],
    [
      of({ groups: ['system:masters'] }),
      "oidc: error evaluating user info validation rule: validation expression 'user.groups.all(g, !g.startsWith('system:'))' failed: no",
    ],
  ]);
});

test('what a function finds in a text is no list of groups, what is made of it is', async () => {
  const by = (expression: string) =>
    tokensOf([{ claimMappings: { username: { claim: 'sub', prefix: '' }, groups: { expression } } }]);
  const none = 'oidc: error evaluating group claim expression: expression must return a string or a list of strings';
  const roles = token({ roles: 'a,b' });
  assert.equal(await outcome(await by("claims.roles.split(',')"), roles), none);
  assert.equal(await outcome(await by("claims.roles.findAll('[a-z]')"), roles), none);
  assert.equal(await outcome(await by("claims.roles.split(',').map(r, 'r:' + r)"), roles), 'ada r:a r:b');
});

test('keys are fetched again for one that isn’t known, unless they are to be kept', async () => {
  provider.keys = [ours];
  const [fresh, kept] = [await tokensOf([{}]), await tokensOf([{}])];
  assert.equal(await outcome(fresh, token()), 'oidc:ada');
  provider.cacheControl = 'public, max-age=3600';
  assert.equal(await outcome(kept, token()), 'oidc:ada');
  provider.keys = [ours, rotated];
  assert.equal(await outcome(fresh, token({}, rotated)), 'oidc:ada');
  const unsigned = 'oidc: verify token: failed to verify signature: failed to verify id token signature';
  assert.equal(await outcome(kept, token({}, rotated)), unsigned);
  provider.cacheControl = '';
});

test('those who wait for keys share one request; keys that are known do without', async () => {
  provider.keys = [ours];
  const tokens = await tokensOf([{}]);
  provider.asked.length = 0;
  const all = await Promise.all(Array.from({ length: 5 }, (_, i) => outcome(tokens, token({ i }))));
  assert.deepEqual(
    all,
    Array.from({ length: 5 }, () => 'oidc:ada'),
  );
  assert.deepEqual(
    provider.asked.map(({ path }) => path),
    ['/keys'],
  );
  provider.pages.set('/keys', 'no keys');
  assert.equal(await outcome(tokens, token()), 'oidc:ada');
  const problem =
    'oidc: verify token: failed to verify signature: fetching keys oidc: failed to decode keys: expected Content-Type = application/json, got "":';
  assert.ok((await outcome(tokens, token({}, foreign))).startsWith(problem));
  provider.pages.delete('/keys');
});

test('a claim may stand elsewhere, in a token of its own', async () => {
  const groups = { username: { claim: 'sub', prefix: '' }, groups: { claim: 'groups', prefix: '' } };
  const tokens = await tokensOf([{ claimMappings: groups }]);
  const elsewhere = (path: string, more: object = {}) => ({
    _claim_names: { groups: 'there' },
    _claim_sources: { there: { endpoint: `${provider.url}${path}`, ...more } },
  });
  provider.pages.set('/groups', token({ groups: ['far'] }));
  provider.pages.set('/late', token({ groups: ['far'], exp: 0 }));
  provider.pages.set('/none', token({}));
  const unexpanded = 'oidc: could not expand distributed claims:';
  // Whose keys have to be looked for refuses the first.
  assert.equal(
    await outcome(tokens, token(elsewhere('/groups'))),
    `${unexpanded} verifying untrusted issuer ${provider.url} failed: verifier not initialized for issuer: "${provider.url}"`,
  );
  while ((await outcome(tokens, token(elsewhere('/groups')))) !== 'ada far') await systemClock.sleep(5);
  await check(tokens, [
    [token({ ...elsewhere('/groups'), groups: ['near'] }), 'ada near'],
    [token(elsewhere('/groups', { access_token: 'secret' })), 'ada far'],
    [
      token(elsewhere('/late')),
      `${unexpanded} verify distributed claim token: oidc: token is expired (Token Expiry: 1970-01-01 00:00:00 +0000 UTC)`,
    ],
    [
      token(elsewhere('/none')),
      `${unexpanded} jwt returned by distributed claim endpoint "${provider.url}/none" did not contain claim: groups`,
    ],
    [
      token(elsewhere('/nowhere')),
      `${unexpanded} while getting distributed claim "groups": error while getting distributed claim JWT: 404 Not Found`,
    ],
    [token({ _claim_names: { groups: 'there' } }), 'oidc: verify token: oidc: source does not exist'],
    [token({ _claim_names: { other: 'there' }, _claim_sources: { there: {} } }), 'ada'],
    [token({ _claim_names: { groups: 'there' }, _claim_sources: { there: { JWT: 'x' } } }), 'ada'],
  ]);
  assert.equal(provider.asked.findLast(({ path }) => path === '/groups')?.authorization, 'Bearer secret');
});

test('a configuration is replaced by another once its providers have answered', async () => {
  provider.keys = [ours];
  const tokens = await tokensOf([{}]);
  await tokens.replace({ jwt: [authenticator({ claimMappings: { username: { claim: 'sub', prefix: 'new:' } } })] });
  assert.equal(await outcome(tokens, token()), 'new:ada');
  assert.throws(
    () =>
      new OpenIdTokens(
        { jwt: [authenticator({ issuer: { egressSelectorType: 'cluster' } })] },
        { ...nobody },
        stop.signal,
      ),
    {
      message: 'oidc: egress lookup required with egress selector type "cluster"',
    },
  );
  await tokens.replace({ jwt: [] });
  assert.equal(await outcome(tokens, token()), 'unknown');
});

const nobody = {
  clock: systemClock,
  log: nullLogger,
  metrics: new OidcMetrics(new Registry(), { apiServerId: '', clock: systemClock }),
  algorithms: signingAlgorithms,
  disallowedIssuers: [],
  audiences: [],
};

test('how tokens and keys fared is counted under the hash of the issuer', async () => {
  provider.keys = [ours];
  const registry = new Registry();
  const tokens = await tokensOf([{}], registry);
  await outcome(tokens, token());
  await outcome(tokens, token({ aud: 'x' }));
  const text = await registry.metrics();
  const prefix = 'apiserver_authentication_jwt_authenticator';
  for (const line of [
    /_latency_seconds_count\{jwt_issuer_hash="sha256:[0-9a-f]{64}",result="success"\} 1$/m,
    /_latency_seconds_count\{jwt_issuer_hash="sha256:[0-9a-f]{64}",result="failure"\} 1$/m,
    /_jwks_fetch_last_timestamp_seconds\{apiserver_id_hash="sha256:[0-9a-f]{64}",jwt_issuer_hash="sha256:[0-9a-f]{64}",result="success"\} \d/m,
    /_jwks_fetch_last_key_set_info\{apiserver_id_hash="sha256:[0-9a-f]{64}",hash="sha256:[0-9a-f]{64}",jwt_issuer_hash="sha256:[0-9a-f]{64}"\} 1$/m,
  ]) {
    assert.match(text.replaceAll(prefix, ''), line);
  }
});
