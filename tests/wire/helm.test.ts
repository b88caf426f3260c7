import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { type JsonObject, mergePatch } from '@tiphys/sdk/machinery';
import { minimalObjects } from '../api/minimal-objects.ts';
import { type ServerProcess, startServer } from './api-server.ts';
import { helm, kubectls } from './kubectls.ts';
import { run, UpProcess } from './up-process.ts';

const binary = helm();
const [kubectl] = kubectls();
const skip = binary && kubectl ? false : 'no helm or kubectl is here';
const home = mkdtempSync(join(tmpdir(), 'tiphys-home-'));
after(() => rmSync(home, { recursive: true, force: true }));

/** Programs that talk to one cluster: what they print; they fail with what they complain about. */
function programsOn(kubeconfig: () => string) {
  const of = (path: string) => {
    const say = (...args: string[]) => run(path, args, { KUBECONFIG: kubeconfig(), HOME: home });
    const ok = async (...args: string[]): Promise<string> => {
      const { stdout, stderr, code } = await say(...args);
      assert.equal(code, 0, `${args.join(' ')}: ${stderr}`);
      return stdout;
    };
    return { say, ok };
  };
  return { helm: of(binary!), kubectl: of(kubectl!.path) };
}

describe('helm with a chart of an application', { skip }, () => {
  const chart = fileURLToPath(new URL('../../wire/chart', import.meta.url));
  const up = new UpProcess();
  let kubeconfig: string;
  before(async () => void ({ kubeconfig } = await up.start('--nodes', 'sim:1')));
  after(() => up.close());
  const { helm, kubectl } = programsOn(() => kubeconfig);
  const greeting = () => kubectl.ok('get', 'configmap', 'web', '-o', 'jsonpath={.data.greeting}');
  const wait = ['--wait', '--timeout', '60s'];
  const history = async () =>
    (JSON.parse(await helm.ok('history', 'web', '-o', 'json')) as { revision: number; status: string }[]).map(
      ({ revision, status }) => `${revision} ${status}`,
    );

  it('install, with a hook that runs first', async () => {
    await helm.ok('install', 'web', chart, '--dry-run=server');
    await helm.ok('install', 'web', chart, ...wait);
    assert.equal(await greeting(), 'hello');
    assert.match(await kubectl.ok('get', 'deployment', 'web'), /2\/2/);
    assert.equal(await kubectl.ok('get', 'pod', 'web-prepare', '-o', 'jsonpath={.status.phase}'), 'Succeeded');
    assert.match(await helm.ok('status', 'web'), /^STATUS: deployed$/m);
  });

  it('upgrade, and roll back', async () => {
    await helm.ok('upgrade', 'web', chart, '--set', 'greeting=bye,replicas=3', ...wait);
    assert.equal(await greeting(), 'bye');
    assert.match(await kubectl.ok('get', 'deployment', 'web'), /3\/3/);
    await helm.ok('rollback', 'web', '1', ...wait);
    assert.equal(await greeting(), 'hello');
    assert.deepEqual(await history(), ['1 superseded', '2 superseded', '3 deployed']);
  });

  it('an upgrade whose hook fails is taken back', async () => {
    const flags = ['--set', 'greeting=never,prepareExitCode=1', '--rollback-on-failure', ...wait];
    const { code, stderr } = await helm.say('upgrade', 'web', chart, ...flags);
    assert.equal(code, 1);
    assert.match(stderr, /pre-upgrade hooks failed/);
    assert.equal(await greeting(), 'hello');
    assert.deepEqual((await history()).slice(-2), ['4 failed', '5 deployed']);
  });

  it('test: a pod that succeeds, and one that does not', async () => {
    assert.match(await helm.ok('test', 'web', '--timeout', '30s'), /^Phase: +Succeeded$/m);
    await helm.ok('upgrade', 'web', chart, '--set', 'testExitCode=1', ...wait);
    assert.equal((await helm.say('test', 'web', '--timeout', '30s')).code, 1);
  });

  it('what others changed is left to them, or taken back', async () => {
    await kubectl.ok('scale', 'deployment/web', '--replicas=4');
    const args = ['upgrade', 'web', chart, '--set', 'replicas=1', ...wait];
    const refused = await helm.say(...args);
    assert.equal(refused.code, 1);
    assert.match(refused.stderr, /conflict with "kubectl".*\.spec\.replicas/s);
    await helm.ok(...args, '--force-conflicts');
    assert.match(await kubectl.ok('get', 'deployment', 'web'), /1\/1/);
  });

  it('uninstall', async () => {
    await helm.ok('uninstall', 'web', ...wait);
    const left = await kubectl.ok('get', 'deployment,service,configmap,secret', '-l', 'app=web', '-o', 'name');
    assert.equal(left, '');
    assert.equal((await helm.say('status', 'web')).code, 1);
  });
});

/** A definition as charts bring them. */
const definition = `
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: ships.charts.example.com}
spec:
  group: charts.example.com
  scope: Namespaced
  names: {plural: ships, singular: ship, kind: Ship}
  versions:
  - name: v1
    served: true
    storage: true
    schema:
      openAPIV3Schema:
        type: object
        properties:
          spec: {type: object, properties: {crew: {type: integer}, flag: {type: string, default: red}}}
`;

describe('helm with charts of an API server alone', { skip }, () => {
  const namespace = 'charts';
  const dir = mkdtempSync(join(tmpdir(), 'tiphys-chart-'));
  let server: ServerProcess;
  before(async () => void (server = await startServer()));
  after(async () => {
    await server.stop();
    rmSync(dir, { recursive: true, force: true });
  });
  const { helm, kubectl } = programsOn(() => server.kubeconfig('admin'));
  const minimal = minimalObjects(namespace);

  it('one of every kind is installed, upgraded, rolled back and uninstalled', async () => {
    const chart = join(dir, 'all');
    const documents = (objects: readonly object[]) => objects.map((o) => JSON.stringify(o)).join('\n---\n');
    mkdirSync(join(chart, 'templates'), { recursive: true });
    writeFileSync(join(chart, 'Chart.yaml'), 'apiVersion: v2\nname: all\nversion: 1.0.0\n');
    const template = [
      '{{- if .Values.changed }}',
      documents(minimal.map((m) => mergePatch(m.object, m.change as JsonObject))),
      '{{- else }}',
      documents(minimal.map((m) => m.object)),
      '{{- end }}',
    ];
    writeFileSync(join(chart, 'templates/all.yaml'), template.join('\n'));
    await kubectl.ok('create', 'namespace', namespace);
    await kubectl.ok('create', 'serviceaccount', 'default', '-n', namespace);
    const at = ['-n', namespace];
    const resources = [...new Set(minimal.map((m) => m.resource))].join();
    /** The kinds of what helm says is its own; what has several versions is there once. */
    const managed = async (): Promise<string[]> => {
      const filter = '@.metadata.labels.app\\.kubernetes\\.io/managed-by=="Helm"';
      const path = `{range .items[?(${filter})]}{.metadata.uid} {.kind}{"\\n"}{end}`;
      const lines = (await kubectl.ok('get', resources, ...at, '-o', `jsonpath=${path}`)).trim().split('\n');
      return [...new Map(lines.filter(Boolean).map((line) => line.split(' ') as [string, string])).values()];
    };
    await helm.ok('install', 'all', chart, ...at);
    assert.equal((await managed()).length, minimal.length);
    await helm.ok('upgrade', 'all', chart, ...at, '--set', 'changed=true');
    assert.match(await kubectl.ok('get', 'configmap', 'minimal', ...at, '-o', 'jsonpath={.data.a}'), /^2$/);
    await helm.ok('rollback', 'all', '1', ...at);
    assert.match(await kubectl.ok('get', 'configmap', 'minimal', ...at, '-o', 'jsonpath={.data.a}'), /^1$/);
    await helm.ok('uninstall', 'all', ...at);
    // Nobody is there to see to what protects these.
    const left = ['Namespace', 'PersistentVolume', 'PersistentVolumeClaim', 'VolumeAttributesClass'];
    assert.deepEqual(
      (await managed()).filter((kind) => !left.includes(kind)),
      [],
    );
  });

  it('a chart defines its kinds first, then makes objects of them; its definitions stay', async () => {
    const chart = join(dir, 'fleet');
    mkdirSync(join(chart, 'templates'), { recursive: true });
    mkdirSync(join(chart, 'crds'));
    writeFileSync(join(chart, 'Chart.yaml'), 'apiVersion: v2\nname: fleet\nversion: 1.0.0\n');
    writeFileSync(join(chart, 'values.yaml'), 'crew: 2\n');
    writeFileSync(join(chart, 'crds/ship.yaml'), definition);
    const template =
      'apiVersion: charts.example.com/v1\nkind: Ship\nmetadata: {name: argo}\nspec: {crew: {{ .Values.crew }}}\n';
    writeFileSync(join(chart, 'templates/ship.yaml'), template);
    const told = '{range .items[*]}{.spec.crew} {.spec.flag}{end}';
    const ships = () => kubectl.ok('get', 'ships.charts.example.com', '-o', `jsonpath=${told}`);
    // Without it helm 4.1 doesn't wait for definitions to be established either (helm/helm#32671).
    await helm.ok('install', 'fleet', chart, '--wait');
    assert.equal(await ships(), '2 red');
    await helm.ok('upgrade', 'fleet', chart, '--set', 'crew=4');
    assert.equal(await ships(), '4 red');
    await helm.ok('rollback', 'fleet', '1');
    assert.equal(await ships(), '2 red');
    await helm.ok('uninstall', 'fleet');
    assert.equal(await ships(), '');
  });
});
