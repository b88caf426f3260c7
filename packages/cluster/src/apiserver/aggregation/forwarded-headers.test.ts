import assert from 'node:assert/strict';
import { test } from 'node:test';
import { standardUserHeaders } from '../authn/index.ts';
import { type Forwarding, forwardedHeaders, saysWhoAsks, userHeaders } from './forwarded-headers.ts';
import { forwardedPath, forwardedQuery } from './forwarded-path.ts';

const own = { username: ['X-Own-User'], uid: [], group: ['X-Own-Group'], extraPrefix: ['X-Own-More-'] };
const isIdentity = saysWhoAsks([standardUserHeaders, own]);

test('a user as headers say it', () => {
  const nobody = { name: 'jane', groups: [], extra: {} };
  const table: [user: Parameters<typeof userHeaders>[0], want: Record<string, unknown>][] = [
    [nobody, { 'x-remote-user': 'jane' }],
    [
      { ...nobody, uid: '42', groups: ['a', 'b,c'] },
      { 'x-remote-user': 'jane', 'x-remote-uid': '42', 'x-remote-group': ['a', 'b,c'] },
    ],
    [
      { ...nobody, extra: { 'Scopes/x%y': ['1', '2'], plain: ['3'], none: [] } },
      { 'x-remote-user': 'jane', 'x-remote-extra-Scopes%2Fx%25y': ['1', '2'], 'x-remote-extra-plain': ['3'] },
    ],
    // One character for each byte of UTF-8, since Node writes a byte for each.
    [{ ...nobody, name: 'jörg' }, { 'x-remote-user': 'jÃ¶rg' }],
    [
      { ...nobody, extra: { ö: ['1'] } },
      { 'x-remote-user': 'jane', 'x-remote-extra-%C3%B6': ['1'] },
    ],
  ];
  for (const [user, want] of table) assert.deepEqual(userHeaders(user), want);
});

test('what says who asks', () => {
  const names = ['x-remote-user', 'x-remote-uid', 'x-remote-group', 'x-remote-extra-a', 'x-own-user', 'x-own-more-z'];
  for (const name of names) assert.ok(isIdentity(name), name);
  for (const name of ['x-remote', 'x-remote-users', 'x-own-mor', 'accept']) assert.ok(!isIdentity(name), name);
});

const forwarding = (more: Partial<Forwarding>): Forwarding => ({
  headers: {},
  user: { name: 'jane', groups: ['g'], extra: {} },
  auditId: '',
  host: '10.0.0.1:443',
  path: '/apis/g/v1/things',
  isUpgrade: false,
  isIdentity,
  ...more,
});
const always = {
  host: '10.0.0.1:443',
  'x-forwarded-host': '10.0.0.1:443',
  'x-forwarded-proto': 'https',
  'x-forwarded-uri': '/apis/g/v1/things',
  'x-remote-user': 'jane',
  'x-remote-group': ['g'],
};

test("what a request's headers become", () => {
  const { 'x-forwarded-host': _host, 'x-forwarded-proto': _proto, 'x-forwarded-uri': _uri, ...upgraded } = always;
  const table: [name: string, given: Partial<Forwarding>, want: Record<string, unknown>][] = [
    ['nothing but ours', {}, always],
    [
      "the client's word on who it is stays behind",
      {
        headers: {
          authorization: 'Bearer t',
          'x-remote-user': 'evil',
          'x-remote-group': 'system:masters',
          'x-remote-extra-a': '1',
          'x-own-user': 'evil',
          'impersonate-user': 'x',
          'impersonate-extra-a': '1',
          accept: '*/*',
        },
      },
      { ...always, accept: '*/*' },
    ],
    [
      'what belongs to one connection',
      {
        headers: {
          ':method': 'GET',
          ':path': '/',
          connection: 'close',
          te: 'trailers',
          'keep-alive': '1',
          upgrade: 'h2',
        },
      },
      always,
    ],
    [
      'where it came from',
      { headers: { 'x-forwarded-for': '1.2.3.4', 'x-forwarded-host': 'me' }, remoteAddress: '10.9.9.9', auditId: 'id' },
      { ...always, 'x-forwarded-for': '1.2.3.4, 10.9.9.9', 'audit-id': 'id' },
    ],
    [
      'another protocol',
      {
        isUpgrade: true,
        headers: {
          connection: 'Upgrade',
          upgrade: 'websocket',
          'sec-websocket-protocol': 'base64url.bearer.authorization.k8s.io.dA, v5.channel.k8s.io',
        },
      },
      { ...upgraded, connection: 'Upgrade', upgrade: 'websocket', 'sec-websocket-protocol': 'v5.channel.k8s.io' },
    ],
  ];
  for (const [name, given, want] of table) assert.deepEqual({ ...forwardedHeaders(forwarding(given)) }, want, name);
});

test('paths and queries as Go writes them again', () => {
  const paths: [given: string, want: string | undefined][] = [
    ['/apis/g/v1/things', '/apis/g/v1/things'],
    ['/apis/g/v1/things/a%2fb', '/apis/g/v1/things/a/b'],
    ['/a%20b/%C3%B6', '/a%20b/%C3%B6'],
    ["/x(1)!*'", '/x%281%29%21%2A%27'],
    ['/x%3Fy%25', '/x%3Fy%25'],
    ['/a:b@c=d&e,f;g+h$i', '/a:b@c=d&e,f;g+h$i'],
    ['/bad%zz', undefined],
  ];
  for (const [given, want] of paths) assert.equal(forwardedPath(given), want);
  const queries: [given: string, want: string][] = [
    ['', ''],
    ['b=1&a=2&dup=1&dup=0', '?a=2&b=1&dup=1&dup=0'],
    ['fieldSelector=metadata.name%3Dx', '?fieldSelector=metadata.name%3Dx'],
  ];
  for (const [given, want] of queries) assert.equal(forwardedQuery(new URLSearchParams(given)), want);
});
