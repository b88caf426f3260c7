import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { nullLogger, Registry } from '@tiphys/sdk/runtime';
import { SimClock } from '@tiphys/sdk/testing';
import type { ServerRequest, UserInfo } from '../context.ts';
import { Authenticator, type AuthenticatorOptions } from './authenticator.ts';
import { bearerTokens, webSocketTokens } from './bearer.ts';
import { clientCertificates } from './certificate.ts';
import { BadCredentials, type TokenAuthenticator } from './known.ts';
import { AuthenticationMetrics } from './metrics.ts';
import { firstOf } from './union.ts';

const own = ['us', 'also-us'];
const aUser = (name: string, groups: string[] = []): UserInfo => ({ name, groups, extra: {} });

/** Knows tokens such as `here:ada`, finds fault with `here!why`, and promises both when it is elsewhere. */
const knowing =
  (where: 'here' | 'elsewhere'): TokenAuthenticator =>
  (token, audiences) => {
    const [, name, why] = new RegExp(`^${where}(?::(.*)|!(.*))$`).exec(token) ?? [];
    const answer = () => {
      if (why) throw new BadCredentials(why);
      return name ? { user: aUser(name), audiences } : undefined;
    };
    return where === 'here' ? answer() : Promise.resolve().then(answer);
  };

function authenticator({
  anonymous = { isAllowed: true },
  tokens,
}: Partial<AuthenticatorOptions> & { tokens?: TokenAuthenticator[] } = {}) {
  const registry = new Registry();
  const known = firstOf(tokens ?? [knowing('here'), knowing('elsewhere')]);
  const made = new Authenticator({
    requests: [clientCertificates(own), bearerTokens(known), webSocketTokens(known)],
    audiences: own,
    anonymous,
    metrics: new AuthenticationMetrics(registry),
    clock: new SimClock(),
    log: nullLogger,
  });
  return { made, registry };
}

type Asked = Partial<Pick<ServerRequest, 'path' | 'headers' | 'clientCertificate' | 'certificateProblem'>>;
const asked = (shown: Asked): ServerRequest => ({
  method: 'GET',
  path: '/',
  headers: {},
  objects: false,
  signal: new AbortController().signal,
  body: () => Promise.resolve(undefined),
  ...shown,
});
const bearing = (token: string): Asked => ({ headers: { authorization: `Bearer ${token}` } });
const offering = (...protocols: string[]): Asked => ({
  headers: { connection: 'Upgrade', upgrade: 'websocket', 'sec-websocket-protocol': protocols.join(', ') },
});
const offered = (token: string) => `base64url.bearer.authorization.k8s.io.${Buffer.from(token).toString('base64url')}`;

const outcome = async (made: Authenticator, shown: Asked): Promise<string> => {
  try {
    const { name, groups } = await made.authenticate(asked(shown));
    return [name, ...groups].join(' ');
  } catch (err) {
    return (err as Error).message;
  }
};

test('who asks, by what they show', async () => {
  const { made } = authenticator();
  const ada = 'ada system:authenticated';
  const nobody = 'system:anonymous system:unauthenticated';
  const no = 'Unauthorized';
  const cases: readonly [Asked, string][] = [
    [{}, nobody],
    [bearing('here:ada'), ada],
    [bearing('elsewhere:ada'), ada],
    [bearing('unknown'), no],
    [bearing('here!wrong'), no],
    [bearing('elsewhere!wrong'), no],
    [bearing(' here:ada'), nobody],
    [{ headers: { authorization: 'bearer here:ada' } }, ada],
    [{ headers: { authorization: 'Basic here:ada' } }, nobody],
    [bearing('here:system:anonymous'), 'system:anonymous'],
    [offering('v4.channel.k8s.io', offered('here:ada')), ada],
    [offering(offered('here:ada')), no],
    [offering('v4.channel.k8s.io', offered('here:ada'), offered('here:bob')), no],
    [offering('v4.channel.k8s.io', 'base64url.bearer.authorization.k8s.io.a+b'), no],
    [offering('v4.channel.k8s.io'), nobody],
    [{ headers: { 'sec-websocket-protocol': `x, ${offered('here:ada')}` } }, nobody],
    [{ certificateProblem: 'CERT_HAS_EXPIRED' }, no],
    [{ certificateProblem: 'CERT_HAS_EXPIRED', ...bearing('here:ada') }, ada],
  ];
  for (const [shown, want] of cases) assert.equal(await outcome(made, shown), want, JSON.stringify(shown));
});

test('a token that is known here is known at once', () => {
  const { made } = authenticator();
  assert.ok(!(made.authenticate(asked(bearing('here:ada'))) instanceof Promise));
  assert.ok(made.authenticate(asked(bearing('elsewhere:ada'))) instanceof Promise);
});

test('reviews are told every problem once, the first that nobody knew the token', async () => {
  const problem =
    (why: string): TokenAuthenticator =>
    () => {
      throw new BadCredentials(why);
    };
  const later =
    (why: string): TokenAuthenticator =>
    () =>
      Promise.reject(new BadCredentials(why));
  const none: TokenAuthenticator = () => undefined;
  const cases: readonly [TokenAuthenticator[], string][] = [
    [[none], 'invalid bearer token'],
    [[none, problem('old')], '[invalid bearer token, old]'],
    [[problem('old'), later('odd'), problem('old'), none], '[invalid bearer token, old, odd]'],
    [[later('odd'), problem('old')], '[invalid bearer token, odd, old]'],
  ];
  for (const [tokens, want] of cases) {
    assert.deepEqual(await authenticator({ tokens }).made.review('token', []), { error: want });
  }
  const { made } = authenticator();
  assert.deepEqual(await made.review(' ', ['them']), {
    known: { user: aUser('system:anonymous', ['system:unauthenticated']), audiences: ['them'] },
  });
  assert.deepEqual((await made.review('elsewhere:ada', ['us'])).known?.audiences, ['us']);
});

test('a fault of ours is nobody else’s problem', async () => {
  const broken: TokenAuthenticator = () => {
    throw new TypeError('a bug');
  };
  const { made } = authenticator({ tokens: [broken, knowing('here')] });
  assert.throws(() => made.authenticate(asked(bearing('here:ada'))), new TypeError('a bug'));
});

test('some paths may be for everybody, others not', async () => {
  const { made } = authenticator({ anonymous: { isAllowed: true, paths: new Set(['/livez', '/readyz']) } });
  const cases: readonly [string, string][] = [
    ['/livez', 'system:anonymous system:unauthenticated'],
    ['/livez?verbose', 'system:anonymous system:unauthenticated'],
    ['/livez/ping', 'Unauthorized'],
    ['/api', 'Unauthorized'],
  ];
  for (const [path, want] of cases) assert.equal(await outcome(made, { path }), want, path);
  assert.equal(await outcome(authenticator({ anonymous: { isAllowed: false } }).made, {}), 'Unauthorized');
});

test('requests are counted by outcome, and few users by name', async () => {
  const { made, registry } = authenticator({ anonymous: { isAllowed: false } });
  for (const name of ['admin', 'kubelet', 'ada', 'ada@example.org', 'bob'])
    await outcome(made, bearing(`here:${name}`));
  await outcome(made, {});
  await outcome(made, bearing('elsewhere!old'));
  const text = await registry.metrics();
  for (const line of [
    'authenticated_user_requests{username="admin"} 1',
    'authenticated_user_requests{username="other"} 2',
    'authenticated_user_requests{username="email_id"} 1',
    'authentication_attempts{result="success"} 5',
    'authentication_attempts{result="failure"} 1',
    'authentication_attempts{result="error"} 1',
    'authentication_duration_seconds_bucket{le="0.001",result="success"} 5',
    'authentication_duration_seconds_bucket{le="16.384",result="error"} 1',
  ]) {
    assert.ok(text.split('\n').includes(line), line);
  }
});

/** A certificate that says nothing but whose it is. */
function certificate(...parts: readonly [type: number[], value: string, tag?: number][]): Buffer {
  const der = (tag: number, ...inside: Uint8Array[]): Buffer => {
    const body = Buffer.concat(inside);
    return Buffer.concat([Buffer.from([tag, ...(body.length < 128 ? [body.length] : [0x81, body.length])]), body]);
  };
  const none = der(0x30);
  const subject = parts.map(([type, value, tag = 0x0c]) =>
    der(0x31, der(0x30, der(0x06, Buffer.from(type)), der(tag, Buffer.from(value)))),
  );
  return der(0x30, der(0x30, der(0xa0), der(0x02), none, none, none, der(0x30, ...subject)));
}

const commonName = [0x55, 4, 3];
const organization = [0x55, 4, 10];
/** 1.3.6.1.4.1.57683.2 */
const uid = [0x2b, 6, 1, 4, 1, 0x83, 0xc2, 0x53, 2];

test('a certificate tells user, groups and uid, and is what the user is told by', async () => {
  const { made } = authenticator();
  const clientCertificate = certificate([organization, 'a, b'], [commonName, 'ada'], [uid, '7'], [organization, 'c=d']);
  const shown = asked({ clientCertificate });
  const user = (await made.authenticate(shown)) as UserInfo;
  assert.deepEqual(user, {
    name: 'ada',
    uid: '7',
    groups: ['a, b', 'c=d', 'system:authenticated'],
    extra: {
      'authentication.kubernetes.io/credential-id': [
        `X509SHA256=${createHash('sha256').update(clientCertificate).digest('hex')}`,
      ],
    },
  });
  assert.equal(made.authenticate(shown), user);
});

test('a certificate that names nobody is none, one with a wrong uid is bad', async () => {
  const { made } = authenticator();
  const cases: readonly [Buffer, string][] = [
    [certificate([organization, 'a']), 'system:anonymous system:unauthenticated'],
    [certificate([commonName, 'ada'], [commonName, 'bob']), 'bob system:authenticated'],
    [certificate([commonName, 'ada'], [uid, '7'], [uid, '8']), 'Unauthorized'],
    [certificate([commonName, 'ada'], [uid, '']), 'Unauthorized'],
    [certificate([commonName, '\0a\0d\0a', 0x1e]), 'ada system:authenticated'],
  ];
  for (const [clientCertificate, want] of cases) assert.equal(await outcome(made, { clientCertificate }), want);
});
