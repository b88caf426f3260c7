import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { servedKinds } from '../kinds.ts';
import { serverScene, type ServerScene } from '../server-scene.ts';

let scene: ServerScene;
before(async () => void (scene = await serverScene()));
after(() => scene.stop());

type Json = Record<string, unknown>;
interface Document {
  paths: Record<string, Record<string, { parameters?: { name: string }[]; 'x-kubernetes-group-version-kind'?: Json }>>;
  components: { schemas: Record<string, Json & { properties?: Record<string, Json> }> };
}
const document = async (path: string): Promise<Document> =>
  (await scene.ask('GET', `/openapi/v3/${path}`)).body as unknown as Document;

test('the index leads to every group and version, each by its digest', async () => {
  const { body } = await scene.ask('GET', '/openapi/v3');
  const paths = body['paths'] as Record<string, { serverRelativeURL: string }>;
  for (const { group, version } of servedKinds) {
    const path = group ? `apis/${group}/${version}` : `api/${version}`;
    const { serverRelativeURL } = paths[path]!;
    assert.match(serverRelativeURL, /^\/openapi\/v3\/apis?\/[a-z0-9./]+\?hash=[0-9A-F]{128}$/);
    const { status, headers } = await scene.ask('GET', serverRelativeURL);
    assert.equal(status, 200);
    assert.equal(headers['cache-control'], 'public, immutable');
    const again = await scene.ask('GET', serverRelativeURL, undefined, {
      headers: { 'if-none-match': String(headers['etag']) },
    });
    assert.equal(again.status, 304);
  }
  const moved = await scene.ask('GET', '/openapi/v3/api/v1?hash=OLD');
  assert.equal(moved.status, 301);
  assert.equal(moved.headers['location'], paths['api/v1']!.serverRelativeURL);
});

test('every reference leads somewhere', async () => {
  for (const path of ['api/v1', 'apis/apps/v1', 'apis/rbac.authorization.k8s.io/v1', 'apis', 'version']) {
    const text = JSON.stringify(await document(path));
    const { components } = JSON.parse(text) as Document;
    for (const [, name] of text.matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g)) {
      assert.ok(components.schemas[name!], `${path}: ${name}`);
    }
  }
  const { text } = await scene.ask('GET', '/openapi/v2');
  const { definitions } = JSON.parse(text) as { definitions: Json };
  for (const [, name] of text.matchAll(/"\$ref":"#\/definitions\/([^"]+)"/g)) assert.ok(definitions[name!], name);
});

test('kubectl finds what it looks for: fieldValidation on patches, by kind', async () => {
  for (const kind of servedKinds.filter((k) => k.verbs.includes('patch'))) {
    const { paths } = await document(kind.group ? `apis/${kind.group}/${kind.version}` : `api/${kind.version}`);
    const patches = Object.values(paths).flatMap((p) => p['patch'] ?? []);
    const own = patches.filter((p) => p['x-kubernetes-group-version-kind']?.['kind'] === kind.kind);
    assert.ok(own.length, kind.kind);
    assert.ok(
      own[0]!.parameters!.some((p) => p.name === 'fieldValidation'),
      kind.kind,
    );
  }
});

test('defaults, lists and references are written as clients know them', async () => {
  const { schemas } = (await document('api/v1')).components;
  const property = (name: string, field: string) => {
    const { description: _, ...rest } = schemas[`io.k8s.api.core.v1.${name}`]!.properties![field]!;
    return rest;
  };
  const ref = (name: string) => ({ $ref: `#/components/schemas/io.k8s.${name}` });
  assert.deepEqual(property('ContainerPort', 'protocol'), {
    type: 'string',
    default: 'TCP',
    enum: ['SCTP', 'TCP', 'UDP'],
  });
  assert.deepEqual(property('ContainerPort', 'containerPort'), { type: 'integer', format: 'int32', default: 0 });
  assert.deepEqual(property('Pod', 'spec'), { allOf: [ref('api.core.v1.PodSpec')], default: {} });
  assert.deepEqual(property('PodSpec', 'containers'), {
    type: 'array',
    items: { allOf: [ref('api.core.v1.Container')], default: {} },
    'x-kubernetes-list-map-keys': ['name'],
    'x-kubernetes-list-type': 'map',
    'x-kubernetes-patch-merge-key': 'name',
    'x-kubernetes-patch-strategy': 'merge',
  });
  assert.deepEqual(property('ConfigMap', 'data'), {
    type: 'object',
    additionalProperties: { type: 'string', default: '' },
  });
});

const documents = ['/openapi/v2', '/openapi/v3/api/v1', '/openapi/v3/version'];
for (const path of documents) {
  const version = path.slice(9, 11);
  const message = `application/com.github.proto-openapi.spec.${version}.v1.0+protobuf`;

  test(`${path} in the form that is wanted most`, async () => {
    const forms: [accept: string, type: string | undefined][] = [
      ['', 'application/json'],
      ['*/*', 'application/json'],
      ['application/*', 'application/json'],
      [message, message],
      [message.replace('.v1.0+', '@v1.0+'), message],
      [`application/json;q=0.5,${message}`, message],
      [`application/json,${message}`, 'application/json'],
      ['text/html', undefined],
      [message.replace(version, version === 'v2' ? 'v3' : 'v2'), undefined],
    ];
    for (const [accept, type] of forms) {
      const { status, headers } = await scene.ask('GET', path, undefined, { headers: { accept } });
      assert.deepEqual([status, headers['content-type']], type ? [200, type] : [406, undefined], accept);
    }
  });

  test(`${path} is sent to nobody who has it`, async () => {
    const { headers } = await scene.ask('GET', path);
    const [etag, modified] = [String(headers['etag']), String(headers['last-modified'])];
    const had: [header: string, value: string, status: number][] = [
      ['if-none-match', etag, 304],
      ['if-none-match', `"x", W/${etag}`, 304],
      ['if-none-match', '*', 304],
      ['if-none-match', '"x"', 200],
      ['if-modified-since', modified, 304],
      ['if-modified-since', new Date(Date.parse(modified) - 1000).toUTCString(), 200],
      ['if-modified-since', 'yesterday', 200],
    ];
    for (const [header, value, status] of had) {
      for (const accept of ['application/json', message]) {
        const answer = await scene.ask('GET', path, undefined, { headers: { [header]: value, accept } });
        assert.deepEqual([answer.status, answer.headers['etag']], [status, etag], `${header}: ${value}`);
      }
    }
  });
}

test('compressed for those who take it so, and the same for those who come later and do not', async () => {
  for (const path of documents) {
    const { text: before } = await scene.ask('GET', path);
    const zipped = await scene.ask('GET', path, undefined, { headers: { 'accept-encoding': 'gzip' } });
    assert.equal(zipped.headers['content-encoding'], 'gzip');
    assert.equal(gunzipSync(zipped.bytes).toString(), before);
    assert.equal((await scene.ask('GET', path)).text, before);
  }
});
