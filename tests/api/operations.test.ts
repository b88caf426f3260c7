import assert from 'node:assert/strict';
import { createServer as createHttp } from 'node:http';
import { createServer as createHttps } from 'node:https';
import type { AddressInfo } from 'node:net';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { systemClock, systemRandom } from '@tiphys/sdk/runtime';
import { declaredKinds, noFacts } from '../facts/facts.ts';
import { Pki } from 'tiphys/pki';
import { type ServerProcess, startServer } from '../wire/api-server.ts';
import { httpsAsker } from './https-asker.ts';
import { objectsOf } from './minimal-objects.ts';
import { minimalRows } from './minimal-rows.ts';
import { minimalRowsInTheMaking } from './minimal-rows-in-the-making.ts';
import { namespace, typeOf, Walk, walkResource } from './operations-walk.ts';
import { apiVersionOf, type Operation, operations, operationsOf, resources, rootOf } from './operations.ts';

const key = ({ method, path }: Operation): string => `${method} ${path}`;
const merge = { 'content-type': 'application/merge-patch+json' };

/** Nobody is let through to this machine's own loopback, so that pods have to have another of its addresses. */
const address = Object.values(networkInterfaces())
  .flat()
  .find((i) => i && !i.internal && i.family === 'IPv4')?.address;
const noAddress = address ? false : 'this machine has no address beside its loopback';

let server: ServerProcess;
let walk: Walk;
let pki: Pki;
const end: (() => void)[] = [];

describe('every published operation, with everything switched on', { skip: noFacts }, () => {
  before(async () => {
    server = await startServer('--runtime-config', 'api/all=true', '--feature-gates', 'AllAlpha=true,AllBeta=true');
    pki = new Pki(join(server.dataDir, 'pki'), { clock: systemClock, random: systemRandom }, { serverNames: [] });
    const asker = httpsAsker(server.url, server.token);
    walk = new Walk(asker);
    await given('/api/v1/namespaces', { metadata: { name: namespace } });
    await given(`/api/v1/namespaces/${namespace}/serviceaccounts`, { metadata: { name: 'default' } });
  });
  after(async () => {
    for (const each of end) each();
    walk.asker.close();
    await server.stop();
  });

  const persisted = resources.filter((r) => r.persisted);
  for (const resource of persisted) {
    test(`${rootOf(resource)}: ${resource.plural}`, async () => {
      const rows = [...minimalRows(namespace), ...minimalRowsInTheMaking(namespace, pki.ca.cert)];
      const minimal = objectsOf(rows, declaredKinds, namespace).find(
        ({ object }) => object.apiVersion === apiVersionOf(resource) && object.kind === resource.kind,
      );
      assert.ok(minimal, 'there is a minimal object of it');
      await walkResource(walk, resource, minimal);
    });
  }

  const reviews: Readonly<Record<string, object>> = {
    TokenReview: { spec: { token: 'nobody' } },
    SelfSubjectReview: {},
    SubjectAccessReview: { spec: { user: 'ada', resourceAttributes: { verb: 'get', resource: 'pods' } } },
    SelfSubjectAccessReview: { spec: { resourceAttributes: { verb: 'get', resource: 'pods' } } },
    LocalSubjectAccessReview: {
      spec: { user: 'ada', resourceAttributes: { namespace, verb: 'get', resource: 'pods' } },
    },
    SelfSubjectRulesReview: { spec: { namespace } },
  };
  for (const resource of resources.filter((r) => reviews[r.kind])) {
    test(`${resource.plural} are answered`, async () => {
      const type = { apiVersion: apiVersionOf(resource), kind: resource.kind };
      const [post] = operationsOf(resource);
      const { json } = await walk.make(post!, { body: { ...type, ...reviews[resource.kind] }, status: 201 });
      assert.deepEqual(typeOf(json), type);
      assert.ok(json.status);
    });
  }

  test('components say how they are', async () => {
    const [list, get] = operationsOf(resources.find((r) => r.kind === 'ComponentStatus')!);
    assert.deepEqual(typeOf((await walk.make(list!)).json), { apiVersion: 'v1', kind: 'ComponentStatusList' });
    const { json } = await walk.make(get!, { name: 'etcd-0' });
    assert.deepEqual(typeOf(json), { apiVersion: 'v1', kind: 'ComponentStatus' });
  });

  for (const op of operations.filter((o) => o.path.endsWith('/{name}/scale') && o.action === 'get')) {
    test(`${op.path}: read, replaced and patched`, async () => {
      const [, plural = ''] = /([a-z]+)\/\{name\}\/scale$/.exec(op.path)!;
      const collection = op.path.replace('/{name}/scale', '').replace('{namespace}', namespace);
      const { object } = objectsOf(minimalRows(namespace), declaredKinds, namespace).find(
        (o) => o.path === collection,
      )!;
      await given(collection, { ...object, metadata: { name: 'scaled' } });
      const name = 'scaled';
      const isIt = (json: unknown) => assert.deepEqual(typeOf(json), { apiVersion: 'autoscaling/v1', kind: 'Scale' });
      const { json } = await walk.make(op, { name });
      isIt(json);
      const put = await walk.make({ ...op, method: 'PUT' }, { name, body: { ...json, spec: { replicas: 2 } } });
      isIt(put.json);
      const patch = { name, body: { spec: { replicas: 3 } }, headers: merge };
      const patched = await walk.make({ ...op, method: 'PATCH' }, patch);
      isIt(patched.json);
      assert.equal(patched.json.spec.replicas, 3, plural);
    });
  }

  test('a request for a certificate is decided', async () => {
    const { object, path } = minimal('CertificateSigningRequest');
    const at = `${path}/{name}/approval`;
    const { name } = object.metadata;
    await given(path, object);
    const { json } = await walk.make({ method: 'GET', path: at }, { name });
    const conditions = [{ type: 'Approved', status: 'True', reason: 'R', message: '' }];
    const put = await walk.make({ method: 'PUT', path: at }, { name, body: { ...json, status: { conditions } } });
    assert.equal(put.json.status.conditions[0].type, 'Approved');
    const body = { status: { conditions: [{ ...put.json.status.conditions[0], message: 'patched' }] } };
    const patched = await walk.make({ method: 'PATCH', path: at }, { name, body, headers: merge });
    assert.deepEqual(typeOf(patched.json), { apiVersion: 'certificates.k8s.io/v1', kind: 'CertificateSigningRequest' });
  });

  test('an account gets a token', async () => {
    const path = '/api/v1/namespaces/{namespace}/serviceaccounts/{name}/token';
    const body = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: { audiences: [] } };
    const { json } = await walk.make({ method: 'POST', path }, { name: 'default', body, status: 201 });
    assert.equal(json.kind, 'TokenRequest');
    assert.ok(json.status.token);
  });

  describe('pods and what is reached through them', () => {
    const root = '/api/v1/namespaces/{namespace}/pods/{name}';
    const pods = `/api/v1/namespaces/${namespace}/pods`;

    before(async () => {
      const agent = createHttps(pki.serverCertificate('system:node:agent', ['127.0.0.1']), (request, response) =>
        response.end(`agent ${request.method} ${request.url}`),
      );
      await new Promise<void>((resolve) => agent.listen(0, '127.0.0.1', resolve));
      end.push(() => agent.close().closeAllConnections());
      await given('/api/v1/nodes', { metadata: { name: 'agent' } });
      const status = {
        addresses: [{ type: 'InternalIP', address: '127.0.0.1' }],
        daemonEndpoints: { kubeletEndpoint: { Port: (agent.address() as AddressInfo).port } },
      };
      await patched('/api/v1/nodes/agent/status', { status });
      const spec = { containers: [{ name: 'main', image: 'app:1' }] };
      for (const name of ['free', 'bound', 'evicted']) await given(pods, { metadata: { name }, spec });
    });

    test('bound, both ways', async () => {
      const body = { target: { kind: 'Node', name: 'agent' } };
      const ways = [
        { path: `${root}/binding`, name: 'bound' },
        { path: '/api/v1/namespaces/{namespace}/bindings', name: 'free' },
      ];
      for (const { path, name } of ways) {
        const binding = { apiVersion: 'v1', kind: 'Binding', metadata: { name }, ...body };
        await walk.make({ method: 'POST', path }, { name, body: binding, status: 201 });
        assert.equal((await walk.asker.ask('GET', `${pods}/${name}`)).json.spec.nodeName, 'agent');
      }
    });

    test('resized, and looked into', async () => {
      for (const part of ['resize', 'ephemeralcontainers']) {
        const path = `${root}/${part}`;
        const { json } = await walk.make({ method: 'GET', path }, { name: 'bound' });
        await walk.make({ method: 'PUT', path }, { name: 'bound', body: json });
        const container = { name: 'debug', image: 'app:1' };
        const body = part === 'resize' ? {} : { spec: { ephemeralContainers: [container] } };
        const { json: next } = await walk.make({ method: 'PATCH', path }, { name: 'bound', body, headers: merge });
        assert.equal(next.kind, 'Pod');
        if (part !== 'resize') assert.equal(next.spec.ephemeralContainers[0].name, 'debug');
      }
    });

    test('evicted', async () => {
      const body = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name: 'evicted' } };
      await walk.make({ method: 'POST', path: `${root}/eviction` }, { name: 'evicted', body, status: 201 });
      assert.equal((await walk.asker.ask('GET', `${pods}/evicted`)).status, 404);
    });

    test('logs come from the agent', async () => {
      const { text } = await walk.make({ method: 'GET', path: `${root}/log` }, { name: 'bound' });
      assert.equal(text, `agent GET /containerLogs/${namespace}/bound/main`);
    });

    test('streams are for who asks for a stream', async () => {
      for (const part of ['exec', 'attach', 'portforward']) {
        for (const method of ['GET', 'POST']) {
          const query = part === 'exec' ? '?command=ls' : '';
          const op = { method, path: `${root}/${part}` };
          const { json } = await walk.make(op, { name: 'bound', query, status: 400 });
          assert.equal(json.message, 'Upgrade request required');
        }
      }
    });

    const methods = ['DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT'];
    const passed = async (path: string, name: string, want: (method: string, path: string) => string) => {
      for (const method of methods) {
        for (const rest of ['', '/{path}']) {
          const op = { method, path: `${path}/proxy${rest}` };
          walk.made.add(`${op.method} ${op.path}`);
          const url = `${path.replace('{namespace}', namespace).replace('{name}', name)}/proxy${rest && '/a/b'}`;
          const { status, text, headers } = await walk.asker.ask(method, `${url}?q=1`);
          // A path that ends with the proxy is taken to what it stands for.
          assert.equal(status, rest ? 200 : 301, `${method} ${url}: ${text}`);
          if (!rest) assert.equal(headers['location'], `${url}/?q=1`);
          else if (method !== 'HEAD') assert.equal(text, want(method, '/a/b?q=1'));
        }
      }
    };

    test('requests are passed on to a node', () =>
      passed('/api/v1/nodes/{name}', 'agent', (method, path) => `agent ${method} ${path}`));

    test('requests are passed on to a pod and to a service', { skip: noAddress }, async () => {
      const app = createHttp((request, response) => response.end(`app ${request.method} ${request.url}`));
      await new Promise<void>((resolve) => app.listen(0, address, resolve));
      end.push(() => app.close().closeAllConnections());
      const { port } = app.address() as AddressInfo;
      await patched(`${pods}/bound/status`, { status: { podIP: address, podIPs: [{ ip: address }] } });
      const want = (method: string, path: string) => `app ${method} ${path}`;
      await passed(root, `bound:${port}`, want);
      const services = `/api/v1/namespaces/${namespace}/services`;
      await given(services, { metadata: { name: 'web' }, spec: { ports: [{ port: 80, targetPort: port }] } });
      const targetRef = { kind: 'Pod', namespace, name: 'bound' };
      const subsets = [{ addresses: [{ ip: address, targetRef }], ports: [{ port }] }];
      await given(`/api/v1/namespaces/${namespace}/endpoints`, { metadata: { name: 'web' }, subsets });
      await passed(root.replace('pods', 'services'), 'web:80', want);
    });
  });

  for (const op of operations.filter((o) => !o.action && !o.path.startsWith('/logs'))) {
    test(`${op.path} is a document`, async () => {
      const json = JSON.parse((await walk.make(op)).text) as Record<string, unknown>;
      const kind = op.answer.split('.').at(-1)!;
      if (kind.startsWith('API')) assert.equal(json.kind, kind);
      else assert.ok(Object.keys(json).length);
    });
  }

  test("the machine's own logs aren't for everybody, as upstream's aren't any more unless somebody says so", async () => {
    for (const path of ['/logs/', '/logs/{logpath}']) await walk.make({ method: 'GET', path }, { status: 404 });
  });

  test('nothing was left out', () => {
    const notMade = operations.map(key).filter((k) => !walk.made.has(k));
    const excused = address ? [] : notMade.filter((k) => /\/(pods|services)\/\{name\}\/proxy/.test(k));
    assert.deepEqual(
      notMade.filter((k) => !excused.includes(k)),
      [],
    );
    const known = new Set(operations.map(key));
    assert.deepEqual(
      [...walk.made].filter((k) => !known.has(k)),
      [],
      'nothing was made up',
    );
  });
});

const minimal = (kind: string) =>
  objectsOf(minimalRows(namespace), declaredKinds, namespace).find((o) => o.object.kind === kind)!;

async function given(path: string, body: object): Promise<void> {
  const { status, text } = await walk.asker.ask('POST', path, { body });
  assert.equal(status, 201, text);
}

async function patched(path: string, body: object): Promise<void> {
  const { status, text } = await walk.asker.ask('PATCH', path, { body, headers: merge });
  assert.equal(status, 200, text);
}
