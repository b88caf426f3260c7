import assert from 'node:assert/strict';
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import {
  apiService,
  clusterRole,
  clusterRoleBinding,
  configMap,
  namespace,
  roleBinding,
  service,
  serviceAccount,
} from '@tiphys/sdk/api';
import { isObject } from '@tiphys/sdk/machinery';
import { systemClock, systemRandom } from '@tiphys/sdk/runtime';
import { type Cluster, startCluster } from 'tiphys';
import { selfSigned } from 'tiphys/pki';
import { freePort } from '../bench/tiphys-process.ts';
import { type EtcdServers, startEtcd, withoutEtcd } from '../robustness/etcd-servers.ts';
import { kubectls } from '../wire/kubectls.ts';
import { buildProgram, withoutGo } from './go-program.ts';

const [kubectlHere] = kubectls();
const without =
  withoutGo('sample-apiserver') ?? (withoutEtcd || undefined) ?? (kubectlHere ? undefined : 'no kubectl is here');
const group = 'wardle.example.com';
const account = { metadata: { name: 'wardle', namespace: 'kube-system' } };

/** Kubernetes' own example of an extension server, with no more rights than its documentation gives it. */
describe('the sample extension server of Kubernetes', { skip: without ?? false, timeout: 300_000 }, () => {
  const dir = mkdtempSync(join(tmpdir(), 'tiphys-sample-'));
  let cluster: Cluster;
  let etcd: EtcdServers;
  let sample: ChildProcess;
  let port: number;
  let token: string;

  const kubectl = async (...args: string[]) => {
    const env = { ...process.env, HOME: dir };
    const all = ['--kubeconfig', join(dir, 'admin.kubeconfig'), ...args];
    return (await promisify(execFile)(kubectlHere!.path, all, { env })).stdout;
  };
  const apply = async (...objects: object[]) => {
    const file = join(dir, 'objects.json');
    writeFileSync(file, JSON.stringify({ kind: 'List', apiVersion: 'v1', items: objects }));
    return kubectl('apply', '-f', file);
  };
  const flunder = (name: string, more: object = {}, version = 'v1beta1') => ({
    apiVersion: `${group}/${version}`,
    kind: 'Flunder',
    metadata: { name, namespace: 'default', ...more },
  });
  async function until(isSo: () => Promise<boolean>): Promise<void> {
    for (let i = 0; i < 600; i++) {
      if (await isSo()) return;
      await sleep(100);
    }
    assert.fail('it never came to be so');
  }

  before(async () => {
    cluster = await startCluster({ nodes: 0 });
    writeFileSync(join(dir, 'admin.kubeconfig'), cluster.kubeconfig);
    etcd = await startEtcd(1);
    port = await freePort();
    const { client } = cluster;
    await client.create(serviceAccount, account);
    const subjects = [{ kind: 'ServiceAccount', ...account.metadata }];
    const delegator = { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'system:auth-delegator' };
    await client.create(clusterRoleBinding, { metadata: { name: 'delegator' }, roleRef: delegator, subjects });
    await client.create(roleBinding, {
      metadata: { name: 'wardle', namespace: 'kube-system' },
      roleRef: { ...delegator, kind: 'Role', name: 'extension-apiserver-authentication-reader' },
      subjects,
    });
    const read = (apiGroup: string, ...resources: string[]) => ({
      apiGroups: [apiGroup],
      resources,
      verbs: ['get', 'watch', 'list'],
    });
    await client.create(clusterRole, {
      metadata: { name: 'wardle' },
      rules: [
        read('', 'namespaces'),
        read('admissionregistration.k8s.io', '*'),
        read('flowcontrol.apiserver.k8s.io', '*'),
      ],
    });
    const own = { ...delegator, name: 'wardle' };
    await client.create(clusterRoleBinding, { metadata: { name: 'wardle' }, roleRef: own, subjects });
    const { status } = await client.post(serviceAccount, account, 'token', { spec: {} });
    token = isObject(status) ? String(status['token']) : '';
    const config = JSON.stringify({
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [{ name: 'c', cluster: { server: cluster.url, 'insecure-skip-tls-verify': true } }],
      users: [{ name: 'u', user: { token } }],
      contexts: [{ name: 'c', context: { cluster: 'c', user: 'u' } }],
      'current-context': 'c',
    });
    writeFileSync(join(dir, 'kubeconfig'), config);
    const pair = selfSigned(['wardle.default.svc', '127.0.0.1'], { clock: systemClock, random: systemRandom });
    writeFileSync(join(dir, 'tls.crt'), pair.cert);
    writeFileSync(join(dir, 'tls.key'), pair.key, { mode: 0o600 });
    const flags = Object.entries({
      'etcd-servers': etcd.endpoints.join(','),
      'secure-port': port,
      'bind-address': '127.0.0.1',
      'tls-cert-file': join(dir, 'tls.crt'),
      'tls-private-key-file': join(dir, 'tls.key'),
      'authentication-kubeconfig': join(dir, 'kubeconfig'),
      'authorization-kubeconfig': join(dir, 'kubeconfig'),
      kubeconfig: join(dir, 'kubeconfig'),
    }).map(([name, value]) => `--${name}=${value}`);
    // It ends when there is nobody yet to tell it whom to believe.
    await until(() =>
      client
        .list(configMap, { namespace: 'kube-system' })
        .then(({ items }) => items.some(({ metadata }) => metadata.name === 'extension-apiserver-authentication')),
    );
    sample = spawn(buildProgram('sample-apiserver'), flags, { stdio: 'ignore' });
    await client.create(service, {
      metadata: { name: 'wardle', namespace: 'default' },
      spec: { type: 'ExternalName', externalName: 'localhost' },
    });
    for (const version of ['v1alpha1', 'v1beta1']) {
      await client.create(apiService, {
        metadata: { name: `${version}.${group}` },
        spec: {
          group,
          version,
          groupPriorityMinimum: 1000,
          versionPriority: 15,
          caBundle: Buffer.from(pair.cert).toString('base64'),
          service: { namespace: 'default', name: 'wardle', port },
        },
      });
    }
    await until(async () => {
      const { items } = await client.list(apiService);
      const theirs = items.filter(({ spec }) => spec.group === group);
      return theirs.every(({ status }) => status.conditions?.some((c) => c.reason === 'Passed'));
    });
    await until(async () => /flunders/.test(await kubectl('api-resources')));
  });

  after(async () => {
    if (sample?.exitCode === null) {
      const gone = once(sample, 'exit');
      sample.kill('SIGKILL');
      await gone;
    }
    await cluster?.[Symbol.asyncDispose]();
    await etcd?.[Symbol.asyncDispose]();
    rmSync(dir, { recursive: true, force: true });
  });

  it('keeps objects in its versions, the preferred one before the other', async () => {
    await apply(flunder('one', { labels: { a: 'b' } }, 'v1alpha1'));
    assert.match(await kubectl('get', 'flunder', 'one', '-o', 'yaml'), /^apiVersion: wardle\.example\.com\/v1beta1$/m);
    assert.match(await kubectl('get', 'flunders.v1alpha1.wardle.example.com', '-l', 'a=b', '-o', 'name'), /\/one$/m);
    const spec = { reference: 'x', referenceType: 'Flunder' };
    const older = `flunders.v1alpha1.${group}`;
    await kubectl('patch', older, 'one', '--type=merge', '-p', JSON.stringify({ spec }));
    assert.equal(await kubectl('get', 'flunder', 'one', '-o', 'jsonpath={.spec.flunderReference}'), 'x');
    await kubectl('apply', '--server-side', '--field-manager=other', '-f', join(dir, 'objects.json'));
    assert.match(await kubectl('explain', 'flunder.spec'), /FIELD|DESCRIPTION/);
  });

  it('asks its own admission', async () => {
    const banned = {
      apiVersion: `${group}/v1alpha1`,
      kind: 'Fischer',
      metadata: { name: 'f' },
      disallowedFlunders: ['bad'],
    };
    await apply(banned);
    await until(() =>
      apply(flunder('bad')).then(
        () => kubectl('delete', 'flunder', 'bad').then(() => false),
        () => true,
      ),
    );
    await assert.rejects(apply(flunder('bad')), /this name may not be used/);
  });

  it('has tokens reviewed, and asks what their users may', async () => {
    const ask = async () => {
      const headers = { authorization: `Bearer ${token}` };
      const path = `/apis/${group}/v1beta1/flunders`;
      const asked = request({ host: '127.0.0.1', port, path, headers, rejectUnauthorized: false, agent: false }).end();
      const [response] = await once(asked, 'response');
      return { status: response.statusCode as number, body: await text(response) };
    };
    const { status, body } = await ask();
    assert.equal(status, 403);
    assert.match(body, /User \\"system:serviceaccount:kube-system:wardle\\" cannot list resource \\"flunders\\"/);
    await kubectl('create', 'clusterrole', 'flunders', '--verb=list', `--resource=flunders.${group}`);
    await kubectl(
      'create',
      'clusterrolebinding',
      'flunders',
      '--clusterrole=flunders',
      '--serviceaccount=kube-system:wardle',
    );
    // It remembers refusals for ten seconds.
    await until(async () => (await ask()).status === 200);
  });

  it('is watched', async () => {
    const asked = 'get flunders --watch-only -o name --request-timeout=60s'.split(' ');
    const child = spawn(kubectlHere!.path, ['--kubeconfig', join(dir, 'admin.kubeconfig'), ...asked]);
    const lines: string[] = [];
    child.stdout.on('data', (chunk: Buffer) => lines.push(...chunk.toString().trim().split('\n')));
    for (let i = 0; !lines.length; i++) {
      await kubectl('label', 'flunder', 'one', `n=${i}`, '--overwrite');
      await sleep(200);
    }
    assert.equal(lines[0], `flunder.${group}/one`);
    const gone = once(child, 'exit');
    child.kill();
    await gone;
  });

  it('has its objects collected with their owner, and deleted with their namespace', async () => {
    const { client } = cluster;
    const owner = await client.create(configMap, { metadata: { name: 'owner', namespace: 'default' } });
    const { name, uid } = owner.metadata;
    await apply(flunder('owned', { ownerReferences: [{ apiVersion: 'v1', kind: 'ConfigMap', name, uid }] }));
    await client.delete(configMap, owner);
    await until(async () => !/owned/.test(await kubectl('get', 'flunders', '-o', 'name')));

    await client.create(namespace, { metadata: { name: 'short' } });
    await apply({ ...flunder('two'), metadata: { name: 'two', namespace: 'short' } });
    await kubectl('delete', 'namespace', 'short', '--wait=false');
    await until(async () => !/short/.test(await kubectl('get', 'namespaces', '-o', 'name')));
    assert.doesNotMatch(await kubectl('get', 'flunders', '-A', '-o', 'name'), /two/);
  });
});
