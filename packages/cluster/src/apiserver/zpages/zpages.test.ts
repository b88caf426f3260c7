import assert from 'node:assert/strict';
import { test } from 'node:test';
import { aUser, serverScene } from '../server-scene.ts';

const flags = new Map([
  ['secure-port', '6443'],
  ['allow-privileged', 'true'],
  ['token-auth-file', ''],
]);
const asking = (as: string, version = 'v1beta1', media = 'application/json') =>
  `${media};v=${version};g=config.k8s.io;as=${as}`;

test('who looks after the server is told how it does and what it was started with', async () => {
  const scene = await serverScene({ flags });
  const text = async (path: string, accept = '*/*') =>
    (await scene.ask('GET', path, undefined, { headers: { accept } })).text;
  await scene.clock.advance(3_725_000);
  const status = await text('/statusz');
  assert.match(status, /^\napiserver statusz\nWarning: This endpoint is not meant to be machine parseable/);
  assert.match(status, /\nUp: 1 hr 02 min 05 sec\n/);
  assert.match(status, /\nStarted: \w{3} \w{3} [ \d]\d \d\d:\d\d:\d\d UTC \d{4}\n/);
  assert.match(status, /\nBinary version: 1\.36\n/);
  assert.match(await text('/flagz', 'text/plain'), /\nallow-privileged true\nsecure-port 6443\ntoken-auth-file \n$/);
  scene.stop();
});

test('programs ask for the kind by its name and version', async () => {
  const scene = await serverScene({ flags });
  const ask = (path: string, accept: string) => scene.ask('GET', path, undefined, { headers: { accept } });
  await scene.clock.advance(12_345);
  const status = await ask('/statusz', asking('Statusz'));
  assert.equal(status.headers['content-type'], 'application/json;g=config.k8s.io;v=v1beta1;as=Statusz');
  assert.equal(status.body['apiVersion'], 'config.k8s.io/v1beta1');
  assert.equal(status.body['uptimeSeconds'], 12);
  const told = await ask('/flagz', asking('Flagz', 'v1alpha1'));
  assert.deepEqual(told.body['flags'], Object.fromEntries(flags));
  assert.match(
    (await ask('/flagz', asking('Flagz', 'v1alpha1', 'application/yaml'))).text,
    /^apiVersion: config\.k8s\.io/,
  );
  const refused: [path: string, accept: string][] = [
    ['/statusz', 'application/json'],
    ['/statusz', asking('Flagz')],
    ['/flagz', asking('Flagz', 'v1')],
  ];
  for (const [path, accept] of refused) {
    const { status: code, message } = await ask(path, accept);
    const why = 'only the following media types are accepted: application/json, application/yaml, text/plain';
    assert.deepEqual([code, message], [406, why], accept);
  }
  scene.stop();
});

test('nobody else is told', async () => {
  const scene = await serverScene();
  for (const path of ['/statusz', '/flagz'])
    assert.equal((await scene.ask('GET', path, undefined, { user: aUser('eve') })).status, 403, path);
  scene.stop();
});

test('the paths that there are, checks among them', async () => {
  const scene = await serverScene();
  const paths = (await scene.ask('GET', '/')).body['paths'] as string[];
  for (const path of ['/apis/', '/flagz', '/healthz/etcd', '/livez/ping', '/readyz/informer-sync', '/readyz/shutdown'])
    assert.ok(paths.includes(path), path);
  assert.ok(!paths.includes('/livez/shutdown') && !paths.includes('/configz'));
  assert.deepEqual(
    paths,
    paths.toSorted((a, b) => (a < b ? -1 : 1)),
  );
  scene.stop();
});
