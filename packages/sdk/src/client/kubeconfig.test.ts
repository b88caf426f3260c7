import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { SimClock } from '../testing/index.ts';
import { inClusterCredentials, loadKubeconfig, parseKubeconfig } from './kubeconfig.ts';

const b64 = (text: string) => Buffer.from(text).toString('base64');
const config = (user: string, cluster = '') => `
apiVersion: v1
kind: Config
current-context: main
contexts:
- {name: main, context: {cluster: here, user: me, namespace: work}}
- {name: other, context: {cluster: there, user: nobody}}
clusters:
- name: here
  cluster:
    server: https://127.0.0.1:6443
    ${cluster}
- {name: there, cluster: {server: "https://there:1"}}
users:
- name: me
  user:
    ${user}
- {name: nobody, user: {}}
`;

async function directory(t: TestContext): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'tiphys-kubeconfig-'));
  t.after(() => rm(dir, { recursive: true }));
  return dir;
}
const options = { directory: '/', clock: new SimClock() };

test('embedded certificates are decoded', async () => {
  const user = `client-certificate-data: ${b64('CERT')}\n    client-key-data: ${b64('KEY')}`;
  const c = await parseKubeconfig(config(user, `certificate-authority-data: ${b64('CA')}`), options);
  assert.deepEqual([c.ca, c.cert, c.key].map(String), ['CA', 'CERT', 'KEY']);
  assert.equal(c.server, 'https://127.0.0.1:6443');
  assert.equal(c.namespace, 'work');
});

test('files are found beside the kubeconfig', async (t) => {
  const dir = await directory(t);
  await writeFile(join(dir, 'ca.pem'), 'CA');
  await writeFile(join(dir, 'config'), config('token: t', 'certificate-authority: ca.pem'));
  const c = await loadKubeconfig(join(dir, 'config'), new SimClock());
  assert.equal(String(c.ca), 'CA');
  assert.equal(await c.token?.(), 't');
});

test('another context can be named; what is missing is said', async () => {
  assert.equal((await parseKubeconfig(config('token: t'), { ...options, context: 'other' })).server, 'https://there:1');
  await assert.rejects(parseKubeconfig(config('token: t'), { ...options, context: 'none' }), /no context "none"/);
  await assert.rejects(parseKubeconfig('{', options), /the kubeconfig can't be read/);
  await assert.rejects(parseKubeconfig('[a]', options), { message: 'the kubeconfig must be a map' });
  const unfit = 'current-context: c\ncontexts: 5';
  await assert.rejects(parseKubeconfig(unfit, options), { message: 'contexts in the kubeconfig must be a list' });
  await assert.rejects(parseKubeconfig(config('token: 5'), options), /token in the kubeconfig must be a text/);
  await assert.rejects(parseKubeconfig('{}', options), /names no current context/);
  await assert.rejects(parseKubeconfig(config('exec: {command: x}'), options), /gets credentials from a program/);
});

test('a token file is read again after a minute, and an unreadable one keeps the last token', async (t) => {
  const dir = await directory(t);
  const file = join(dir, 'token');
  await writeFile(file, 'one\n');
  const clock = new SimClock();
  const { token } = await parseKubeconfig(config('tokenFile: token\n    token: stale'), { directory: dir, clock });
  assert.equal(await token?.(), 'one');
  await writeFile(file, 'two');
  assert.equal(await token?.(), 'one');
  await clock.advance(60_000);
  assert.equal(await token?.(), 'two');
  await rm(file);
  await clock.advance(60_000);
  assert.equal(await token?.(), 'two');
});

test('a pod finds its server and its token where kubelets put them', async (t) => {
  const dir = await directory(t);
  const clock = new SimClock();
  assert.equal(await inClusterCredentials({}, clock, dir), undefined);
  for (const [name, text] of [
    ['ca.crt', 'CA'],
    ['token', 'TOKEN'],
    ['namespace', 'ns'],
  ] as const) {
    await writeFile(join(dir, name), text);
  }
  const env = { KUBERNETES_SERVICE_HOST: 'fd00::1', KUBERNETES_SERVICE_PORT: '443' };
  const c = await inClusterCredentials(env, clock, dir);
  assert.equal(c?.server, 'https://[fd00::1]:443');
  assert.equal(await c?.token?.(), 'TOKEN');
  assert.equal(c?.namespace, 'ns');
});
