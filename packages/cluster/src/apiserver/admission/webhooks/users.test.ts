import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { seededRandom, systemClock } from '@tiphys/sdk/runtime';
import { SimClock } from '@tiphys/sdk/testing';
import { selfSigned } from '../../../pki/index.ts';
import { hostPortOf } from '../../webhook-client/index.ts';
import { readWebhookUsers } from './configuration.ts';
import { userFor } from './users.ts';

const dir = mkdtempSync(join(tmpdir(), 'tiphys-webhook-users-'));
after(() => rmSync(dir, { recursive: true }));
const inDir = (name: string) => join(dir, name);
const clock = new SimClock();

const names = ['a.ns.svc', 'b.ns.svc:443', 'c.ns.svc:8443', '*.ns.svc', '*.svc:8443', '127.0.0.1', '::1', '[::1]:9'];
for (const [target, want] of [
  ['a.ns.svc:443', 'a.ns.svc'],
  ['a.ns.svc:8443', '*.svc:8443'],
  ['b.ns.svc:443', 'b.ns.svc:443'],
  ['c.ns.svc:8443', 'c.ns.svc:8443'],
  ['c.ns.svc:443', '*.ns.svc'],
  ['x.y.ns.svc:443', '*.ns.svc'],
  ['ns.svc:443', 'usual'],
  ['127.0.0.1:443', '127.0.0.1'],
  ['127.0.0.1:9', 'usual'],
  ['[::1]:9', '[::1]:9'],
  ['[::1]:443', '::1'],
  ['[[::1]]:443', 'usual'],
] as const) {
  test(`at ${target} the server is ${want}`, () => {
    const byName = new Map(names.map((name) => [name, name]));
    assert.equal(userFor({ byName, usual: 'usual' }, target), want);
    const withStar = new Map([...byName, ['*', '*']]);
    assert.equal(userFor({ byName: withStar, usual: 'usual' }, target), want === 'usual' ? '*' : want);
    assert.equal(userFor({ byName: new Map() }, target), undefined);
  });
}

for (const [config, want] of [
  [{ url: 'https://example.com/x' }, 'example.com:443'],
  [{ url: 'https://example.com:9/x' }, 'example.com:9'],
  [{ url: 'https://[::1]:9/x' }, '[::1]:9'],
  [{ url: 'https://[::1]/x' }, '[[::1]]:443'],
  [{ service: { namespace: 'ns', name: 'a', port: 443 } }, 'a.ns.svc:443'],
  [{ service: { namespace: 'ns', name: 'a', port: 8443 } }, 'a.ns.svc:8443'],
] as const) {
  test(`users are named after ${want}`, () => assert.equal(hostPortOf(config), want));
}

const header = { apiVersion: 'apiserver.config.k8s.io/v1', kind: 'WebhookAdmissionConfiguration' };
const said = (more: object) => Buffer.from(JSON.stringify({ ...header, ...more }));

function kubeconfig(text: string): Buffer {
  writeFileSync(inDir('kubeconfig'), text);
  return said({ kubeConfigFile: inDir('kubeconfig') });
}
const usersOf = (users: Record<string, object>, more: object = {}) =>
  readWebhookUsers(
    kubeconfig(JSON.stringify({ ...more, users: Object.entries(users).map(([name, user]) => ({ name, user })) })),
    clock,
  );

const struct =
  'struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }';
const broken = (why: string) => `error loading config file "${inDir('kubeconfig')}": ${why}`;
for (const [bytes, message] of [
  [said({ kubeConfigFile: 'x' }), 'kubeConfigFile: Invalid value: "x": must be an absolute file path'],
  [said({ kubeConfigFile: './x' }), 'kubeConfigFile: Invalid value: "./x": must be an absolute file path'],
  [said({ kubeConfigFile: '/nope' }), 'stat /nope: no such file or directory'],
  [said({ kubeConfigFile: '/nope', foo: 1 }), 'strict decoding error: unknown field "foo"'],
  [
    said({ kubeConfigFile: 3 }),
    'json: cannot unmarshal number into Go struct field WebhookAdmission.kubeConfigFile of type string',
  ],
  [
    said({ kind: 'WebhookAdmission' }),
    'no kind "WebhookAdmission" is registered for version "apiserver.config.k8s.io/v1" in scheme "pkg/runtime/scheme.go:111"',
  ],
  [
    said({ kind: 'AdmissionConfiguration' }),
    'no kind "AdmissionConfiguration" is registered for version "apiserver.config.k8s.io/v1" in scheme "pkg/runtime/scheme.go:111"',
  ],
  [
    said({ staticManifestsDir: '/x', kubeConfigFile: '/nope' }),
    'staticManifestsDir: Forbidden: staticManifestsDir requires the ManifestBasedAdmissionControlConfig feature gate to be enabled',
  ],
  [Buffer.from('{}'), "Object 'Kind' is missing in '{}'"],
  [said({ kubeConfigFile: dir }), `error loading config file "${dir}": read ${dir}: is a directory`],
] as const) {
  test(`a configuration is refused: ${message}`, () => assert.rejects(readWebhookUsers(bytes, clock), { message }));
}

for (const [text, why] of [
  ['a: [', 'yaml: line 1: did not find expected node content'],
  ['[]', `couldn't get version/kind; json parse error: json: cannot unmarshal array into Go value of type ${struct}`],
  ['users: 3', 'json: cannot unmarshal number into Go struct field Config.users of type []v1.NamedAuthInfo'],
  [
    'users: [{name: a, user: x}]',
    'json: cannot unmarshal string into Go struct field NamedAuthInfo.users.user of type v1.AuthInfo',
  ],
  [
    'users: [{name: a, user: {token: 3}}]',
    'json: cannot unmarshal number into Go struct field AuthInfo.users.user.token of type string',
  ],
  [
    'clusters: [{name: a, cluster: {server: 3}}]',
    'json: cannot unmarshal number into Go struct field Cluster.clusters.cluster.server of type string',
  ],
  ['contexts: {}', 'json: cannot unmarshal object into Go struct field Config.contexts of type []v1.NamedContext'],
  ['current-context: 3', 'json: cannot unmarshal number into Go struct field Config.current-context of type string'],
  ['users: [{name: a, user: {client-key-data: "%"}}]', 'illegal base64 data at input byte 0'],
  ['apiVersion: v2', 'no kind "Config" is registered for version "v2" in scheme "pkg/runtime/scheme.go:111"'],
  ['kind: Foo', 'no kind "Foo" is registered for version "v1" in scheme "pkg/runtime/scheme.go:111"'],
  [
    'users: [{name: a, user: {token: secret}}, {name: a}]',
    'error converting *[]NamedAuthInfo into *map[string]*api.AuthInfo: duplicate name "a" in list',
  ],
  ['users: [{name: a, user: {exec: {command: x}}}]', `user "a" gets credentials from a program, which isn't supported`],
] as const) {
  test(`a kubeconfig is refused: ${why}`, async () => {
    await assert.rejects(readWebhookUsers(kubeconfig(text), clock), { message: broken(why) });
  });
}

test('nothing said, an empty file and unknown members are no trouble', async () => {
  assert.equal(await readWebhookUsers(undefined, clock), undefined);
  assert.equal(await readWebhookUsers(said({ kubeConfigFile: '' }), clock), undefined);
  for (const text of ['', 'users: null', 'foo: 1\nfoo: 2\nusers: [{name: a, user: {tokn: x}}]']) {
    assert.equal(await (await readWebhookUsers(kubeconfig(text), clock))!('x:443'), undefined);
  }
});

const pair = selfSigned(['a'], { clock: systemClock, random: seededRandom(1) });
const other = selfSigned(['b'], { clock: systemClock, random: seededRandom(2) });
const base64 = (text: string) => Buffer.from(text).toString('base64');
writeFileSync(inDir('cert'), pair.cert);
writeFileSync(inDir('key'), pair.key);
writeFileSync(inDir('token'), 'in the file\n');
writeFileSync(inDir('empty'), '');

for (const [what, user, headers, hasCert] of [
  ['a token', { token: 't' }, { authorization: 'Bearer t' }, false],
  ['a file beside the kubeconfig', { tokenFile: 'token' }, { authorization: 'Bearer in the file' }, false],
  [
    'the file rather than the token',
    { token: 't', tokenFile: 'token' },
    { authorization: 'Bearer in the file' },
    false,
  ],
  ['the token without the file', { token: 't', tokenFile: '/nope' }, { authorization: 'Bearer t' }, false],
  ['a name and a password', { username: 'u', password: 'p:w' }, { authorization: 'Basic dTpwOnc=' }, false],
  ['no password without a name', { password: 'p' }, {}, false],
  ['a certificate of files', { 'client-certificate': 'cert', 'client-key': inDir('key') }, {}, true],
  [
    'a certificate and a token',
    { 'client-certificate-data': base64(pair.cert), 'client-key-data': base64(pair.key), token: 't' },
    { authorization: 'Bearer t' },
    true,
  ],
  [
    'a certificate there and its key in a file',
    { 'client-certificate-data': base64(pair.cert), 'client-key': 'key' },
    {},
    true,
  ],
  ['no certificate without its key', { 'client-certificate-data': base64(pair.cert) }, {}, false],
  ['no key without its certificate', { 'client-key-data': base64(pair.key) }, {}, false],
  [
    'as whom it acts',
    { as: 'jane', 'as-uid': 'u', 'as-groups': ['g', 'h'], 'as-user-extra': { 'Sc ope/x': ['a', 'b'] } },
    {
      'impersonate-user': 'jane',
      'impersonate-uid': 'u',
      'impersonate-group': ['g', 'h'],
      'impersonate-extra-Sc%20ope%2Fx': ['a', 'b'],
    },
    false,
  ],
  ['no groups of nobody', { 'as-groups': ['g'] }, {}, false],
] as const) {
  test(`a user shows ${what}`, async () => {
    const shown = await (await usersOf({ '*': user }))!('x:443');
    assert.deepEqual(await shown!.headers(), headers);
    const keys = await shown!.keyPair?.();
    assert.deepEqual(keys && [keys.cert.toString(), keys.key.toString()], hasCert ? [pair.cert, pair.key] : undefined);
  });
}

for (const [user, message] of [
  [{ 'auth-provider': { name: 'x' } }, 'auth provider not supported'],
  [{ token: 't', username: 'u' }, 'username/password or bearer token may be set, but not both'],
  [{ tokenFile: '/nope' }, 'open /nope: no such file or directory'],
  [{ tokenFile: 'empty' }, `read empty token from file "${inDir('empty')}"`],
  [{ 'client-certificate': '/nope', 'client-key': '/nope' }, 'open /nope: no such file or directory'],
  [{ 'client-certificate': 'cert', 'client-key': '/nope' }, 'open /nope: no such file or directory'],
  [
    { 'client-certificate-data': base64('x'), 'client-key-data': base64(pair.key) },
    'tls: failed to find any PEM data in certificate input',
  ],
  [
    { 'client-certificate-data': base64(pair.cert), 'client-key-data': base64(other.key) },
    'tls: private key does not match public key',
  ],
] as const) {
  test(`nobody can be that user: ${message} (${Object.keys(user).join()})`, async () => {
    const users = (await usersOf({ bad: user, '*': { token: 'good' } }, current('bad')))!;
    assert.ok(await users('x:443'));
    const usual = (await usersOf({ bad: user }, current('bad')))!;
    await assert.rejects(usual('x:443'), { message });
  });
}

const current = (name: string) => ({
  contexts: [{ name: 'c', context: { user: name, cluster: 'none' } }],
  'current-context': 'c',
});

test('what is in files may change', async () => {
  writeFileSync(inDir('rotated'), 'one');
  writeFileSync(inDir('rotated.crt'), pair.cert);
  writeFileSync(inDir('rotated.key'), pair.key);
  const user = { tokenFile: 'rotated', 'client-certificate': 'rotated.crt', 'client-key': 'rotated.key' };
  const shown = await (await usersOf({ '*': user }))!('x:443');
  assert.equal((await shown!.headers())['authorization'], 'Bearer one');
  writeFileSync(inDir('rotated'), 'two');
  writeFileSync(inDir('rotated.crt'), other.cert);
  await assert.rejects(shown!.keyPair!(), { message: 'tls: private key does not match public key' });
  writeFileSync(inDir('rotated.key'), other.key);
  await clock.advance(61_000);
  assert.equal((await shown!.headers())['authorization'], 'Bearer two');
  assert.equal((await shown!.keyPair!()).cert.toString(), other.cert);
});
