import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import * as k8s from '@kubernetes/client-node';

/** One thing that programs do with a cluster. */
export interface Conversation {
  readonly name: string;
  readonly talk: (kubeconfig: k8s.KubeConfig) => Promise<void>;
}

const namespace = 'default';
const labels = { app: 'talk' };
const configMap = (name: string, data: Record<string, string>): k8s.V1ConfigMap => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace, labels },
  data,
});
const refusedWith = (code: number) => (err: unknown) => err instanceof k8s.ApiException && err.code === code;

export const conversations: readonly Conversation[] = [
  { name: 'objects are made, read, replaced, patched and deleted', talk: typedObjects },
  { name: 'dates and microseconds keep their value', talk: times },
  { name: 'refusals carry a status', talk: refusals },
  { name: 'any object by its kind, applied on the server', talk: anyObjects },
  { name: 'pages', talk: pages },
  { name: 'a watch tells of what happens', talk: watches },
  { name: 'an informer keeps up', talk: informs },
  { name: 'an informer with a selector sees what it selects', talk: informsOfSome },
  { name: 'exec, with input, output and an exit code', talk: executes },
  { name: 'logs', talk: logs },
  { name: 'a port is forwarded', talk: forwards },
  { name: 'health, version and discovery', talk: about },
];

async function typedObjects(kubeconfig: k8s.KubeConfig): Promise<void> {
  const core = kubeconfig.makeApiClient(k8s.CoreV1Api);
  const name = 'typed';
  const made = await core.createNamespacedConfigMap({ namespace, body: configMap(name, { a: '1' }) });
  assert.ok(made.metadata?.creationTimestamp instanceof Date);
  const read = await core.readNamespacedConfigMap({ namespace, name });
  read.data = { a: '2', b: '3' };
  const replaced = await core.replaceNamespacedConfigMap({ namespace, name, body: read });
  assert.deepEqual(replaced.data, { a: '2', b: '3' });
  await assert.rejects(core.replaceNamespacedConfigMap({ namespace, name, body: made }), refusedWith(409));
  const patches: [k8s.PatchStrategy, object, Record<string, string>][] = [
    [k8s.PatchStrategy.JsonPatch, [{ op: 'replace', path: '/data/a', value: '4' }], { a: '4', b: '3' }],
    [k8s.PatchStrategy.MergePatch, { data: { b: null } }, { a: '4' }],
    [k8s.PatchStrategy.StrategicMergePatch, { data: { c: '5' } }, { a: '4', c: '5' }],
  ];
  for (const [strategy, body, data] of patches) {
    const patched = await core.patchNamespacedConfigMap(
      { namespace, name, body },
      k8s.setHeaderOptions('Content-Type', strategy),
    );
    assert.deepEqual(patched.data, data, strategy);
  }
  const status = await core.deleteNamespacedConfigMap({ namespace, name });
  assert.equal(status.status, 'Success');
}

async function times(kubeconfig: k8s.KubeConfig): Promise<void> {
  const coordination = kubeconfig.makeApiClient(k8s.CoordinationV1Api);
  const renewTime = new k8s.V1MicroTime('2026-01-02T03:04:05.678Z');
  const body: k8s.V1Lease = { metadata: { name: 'times' }, spec: { holderIdentity: 'me', renewTime } };
  const lease = await coordination.createNamespacedLease({ namespace, body });
  // The client hands out what it was sent, whatever its types say.
  assert.equal(String(lease.spec?.renewTime), '2026-01-02T03:04:05.678000Z');
  const again = await coordination.replaceNamespacedLease({ namespace, name: 'times', body: lease });
  assert.equal(again.metadata?.resourceVersion, lease.metadata?.resourceVersion, 'what says the same changes nothing');
  await coordination.deleteNamespacedLease({ namespace, name: 'times' });
}

async function refusals(kubeconfig: k8s.KubeConfig): Promise<void> {
  const core = kubeconfig.makeApiClient(k8s.CoreV1Api);
  const statusOf = async (asked: Promise<unknown>): Promise<k8s.V1Status> => {
    const err = await asked.then(
      () => assert.fail('it was not refused'),
      (e: k8s.ApiException<string>) => e,
    );
    return JSON.parse(err.body) as k8s.V1Status;
  };
  const missing = await statusOf(core.readNamespacedConfigMap({ namespace, name: 'none' }));
  assert.deepEqual([missing.reason, missing.message], ['NotFound', 'configmaps "none" not found']);
  const invalid = await statusOf(core.createNamespacedConfigMap({ namespace, body: configMap('A B', {}) }));
  assert.deepEqual([invalid.reason, invalid.details?.causes?.[0]?.field], ['Invalid', 'metadata.name']);
}

async function anyObjects(kubeconfig: k8s.KubeConfig): Promise<void> {
  const objects = k8s.KubernetesObjectApi.makeApiClient(kubeconfig);
  const deployment = (replicas: number) =>
    k8s.loadYaml<k8s.V1Deployment>(`
apiVersion: apps/v1
kind: Deployment
metadata: {name: applied, namespace: ${namespace}}
spec:
  replicas: ${replicas}
  selector: {matchLabels: {app: applied}}
  template:
    metadata: {labels: {app: applied}}
    spec: {containers: [{name: main, image: 'registry.example/app:1'}]}
`);
  const apply = (by: string, replicas: number, force = false) =>
    objects.patch(deployment(replicas), undefined, undefined, by, force, k8s.PatchStrategy.ServerSideApply);
  const made = await apply('one', 0);
  assert.equal(made.spec?.strategy?.type, 'RollingUpdate');
  await assert.rejects(apply('two', 1), refusedWith(409));
  assert.equal((await apply('two', 1, true)).spec?.replicas, 1);
  const listed = await objects.list('apps/v1', 'Deployment', namespace);
  assert.ok(listed.items.some((d) => d.metadata?.name === 'applied'));
  await objects.delete(deployment(1));
}

async function pages(kubeconfig: k8s.KubeConfig): Promise<void> {
  const core = kubeconfig.makeApiClient(k8s.CoreV1Api);
  for (const name of ['p1', 'p2', 'p3', 'p4', 'p5']) {
    await core.createNamespacedConfigMap({ namespace, body: configMap(name, {}) });
  }
  const labelSelector = 'app=talk';
  const names: (string | undefined)[] = [];
  let next: string | undefined;
  do {
    const page = await core.listNamespacedConfigMap({
      namespace,
      labelSelector,
      limit: 2,
      ...(next && { _continue: next }),
    });
    names.push(...page.items.map((i) => i.metadata?.name));
    next = page.metadata?._continue;
  } while (next);
  assert.deepEqual(names, ['p1', 'p2', 'p3', 'p4', 'p5']);
  await core.deleteCollectionNamespacedConfigMap({ namespace, labelSelector });
  assert.equal((await core.listNamespacedConfigMap({ namespace, labelSelector })).items.length, 0);
}

async function watches(kubeconfig: k8s.KubeConfig): Promise<void> {
  const core = kubeconfig.makeApiClient(k8s.CoreV1Api);
  const { metadata } = await core.listNamespacedConfigMap({ namespace });
  const seen: string[] = [];
  const ended = later<unknown>();
  const path = `/api/v1/namespaces/${namespace}/configmaps`;
  const query = { resourceVersion: metadata?.resourceVersion, labelSelector: 'app=talk', timeoutSeconds: 2 };
  const tell = (phase: string, object: k8s.V1ConfigMap) => seen.push(`${phase} ${object.data?.['a']}`);
  await new k8s.Watch(kubeconfig).watch(path, query, tell, ended.resolve);
  await core.createNamespacedConfigMap({ namespace, body: configMap('watched', { a: '1' }) });
  await core.replaceNamespacedConfigMap({ namespace, name: 'watched', body: configMap('watched', { a: '2' }) });
  await core.deleteNamespacedConfigMap({ namespace, name: 'watched' });
  await ended.promise;
  assert.deepEqual(seen, ['ADDED 1', 'MODIFIED 2', 'DELETED 2']);
}

/** An informer of config maps, and a promise of each thing that it is to tell. */
function informerOf(kubeconfig: k8s.KubeConfig, labelSelector?: string) {
  const core = kubeconfig.makeApiClient(k8s.CoreV1Api);
  const path = `/api/v1/namespaces/${namespace}/configmaps`;
  const list = () => core.listNamespacedConfigMap({ namespace, ...(labelSelector && { labelSelector }) });
  const informer = k8s.makeInformer(kubeconfig, path, list, labelSelector);
  const told = (verb: 'add' | 'update' | 'delete', name: string) =>
    new Promise<k8s.V1ConfigMap>((resolve) => {
      const hear = (object: k8s.V1ConfigMap) => {
        if (object.metadata?.name !== name) return;
        informer.off(verb, hear);
        resolve(object);
      };
      informer.on(verb, hear);
    });
  return { core, informer, told };
}

async function informs(kubeconfig: k8s.KubeConfig): Promise<void> {
  const { core, informer, told } = informerOf(kubeconfig);
  const name = 'informed';
  await core.createNamespacedConfigMap({ namespace, body: configMap(name, { a: '1' }) });
  const before = told('add', name);
  await informer.start();
  await before;
  assert.equal(informer.get(name, namespace)?.data?.['a'], '1');
  const after = told('update', name);
  await core.replaceNamespacedConfigMap({ namespace, name, body: configMap(name, { a: '2' }) });
  assert.equal((await after).data?.['a'], '2');
  const gone = told('delete', name);
  await core.deleteNamespacedConfigMap({ namespace, name });
  await gone;
  assert.equal(informer.get(name, namespace), undefined);
  await informer.stop();
}

async function informsOfSome(kubeconfig: k8s.KubeConfig): Promise<void> {
  const { core, informer, told } = informerOf(kubeconfig, 'in=yes');
  await informer.start();
  const name = 'selected';
  await core.createNamespacedConfigMap({ namespace, body: configMap(name, {}) });
  const label = (value: string | null) =>
    core.patchNamespacedConfigMap(
      { namespace, name, body: { metadata: { labels: { in: value } } } },
      k8s.setHeaderOptions('Content-Type', k8s.PatchStrategy.MergePatch),
    );
  const comes = told('add', name);
  await label('yes');
  await comes;
  const goes = told('delete', name);
  await label(null);
  await goes;
  await core.deleteNamespacedConfigMap({ namespace, name });
  await informer.stop();
}

async function executes(kubeconfig: k8s.KubeConfig): Promise<void> {
  await podRuns(kubeconfig);
  const exec = new k8s.Exec(kubeconfig);
  const run = async (command: string[], stdin: PassThrough | null = null) => {
    const stdout = new PassThrough();
    const said = text(stdout);
    const { promise, resolve } = later<k8s.V1Status>();
    await exec.exec(namespace, 'talker', 'main', command, stdout, null, stdin, false, resolve);
    const status = await promise;
    stdout.end();
    return { said: await said, status };
  };
  const echo = await run(['echo', 'hi', 'there']);
  assert.deepEqual([echo.said, echo.status.status], ['hi there\n', 'Success']);
  const { status } = await run(['sh', '-c', 'exit 7']);
  const cause = { reason: 'ExitCode', message: '7' };
  assert.deepEqual([status.status, status.reason, status.details?.causes], ['Failure', 'NonZeroExitCode', [cause]]);
}

async function logs(kubeconfig: k8s.KubeConfig): Promise<void> {
  await podRuns(kubeconfig);
  const log = new k8s.Log(kubeconfig);
  const said = async (options: k8s.LogOptions) => {
    const stream = new PassThrough();
    await log.log(namespace, 'talker', 'main', stream, options);
    return text(stream);
  };
  const all = await said({});
  assert.match(all, /^simulated container main of pod default\/talker/);
  assert.equal(await said({ tailLines: 1 }), all.split('\n').at(-2) + '\n');
  await assert.rejects(log.log(namespace, 'talker', 'other', new PassThrough()), refusedWith(400));
}

async function forwards(kubeconfig: k8s.KubeConfig): Promise<void> {
  await podRuns(kubeconfig);
  const [output, errors, input] = [new PassThrough(), new PassThrough(), new PassThrough()];
  const { promise, resolve } = later<string>();
  output.on('data', (chunk: Buffer) => resolve(chunk.toString()));
  const forward = new k8s.PortForward(kubeconfig);
  const socket = await forward.portForward(namespace, 'talker', [80], output, errors, input);
  input.write('GET / HTTP/1.0\r\n\r\n');
  assert.match(await promise, /^HTTP\/1\.1 200 OK\r\n/);
  if (typeof socket !== 'function') socket.close();
}

async function about(kubeconfig: k8s.KubeConfig): Promise<void> {
  assert.equal(await new k8s.Health(kubeconfig).readyz({}), true);
  const { minor } = await kubeconfig.makeApiClient(k8s.VersionApi).getCode();
  assert.equal(minor, '36');
  const { groups } = await kubeconfig.makeApiClient(k8s.ApisApi).getAPIVersions();
  assert.ok(groups.some((g) => g.name === 'apps' && g.preferredVersion?.version === 'v1'));
  const { resources } = await kubeconfig.makeApiClient(k8s.AppsV1Api).getAPIResources();
  assert.ok(resources.some((r) => r.name === 'deployments/scale' && r.kind === 'Scale'));
}

/** A promise, and how to settle it. */
function later<T>() {
  let resolve!: (value: T) => void;
  let reject!: (err: Error) => void;
  const promise = new Promise<T>((...settle) => ([resolve, reject] = settle));
  return { promise, resolve, reject };
}

/** A pod of this name runs: made when there is none. */
async function podRuns(kubeconfig: k8s.KubeConfig): Promise<void> {
  const core = kubeconfig.makeApiClient(k8s.CoreV1Api);
  const body: k8s.V1Pod = {
    metadata: { name: 'talker' },
    spec: { containers: [{ name: 'main', image: 'registry.example/talker:1' }] },
  };
  await core.createNamespacedPod({ namespace, body }).catch((err: unknown) => {
    if (!refusedWith(409)(err)) throw err;
  });
  const { promise, resolve, reject } = later<void>();
  const path = `/api/v1/namespaces/${namespace}/pods`;
  const seen = (_: string, pod: k8s.V1Pod) => pod.status?.phase === 'Running' && resolve();
  const query = { fieldSelector: 'metadata.name=talker', timeoutSeconds: 20 };
  const watching = await new k8s.Watch(kubeconfig).watch(path, query, seen, () => reject(new Error('it never ran')));
  await promise;
  watching.abort();
}
