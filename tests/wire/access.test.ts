import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { after, before, describe, it } from 'node:test';
import { type ServerProcess, startServer } from './api-server.ts';
import { kubectls } from './kubectls.ts';

const found = kubectls();
if (!found.length) it('kubectl', { skip: 'no kubectl is on the PATH, and this platform has none in a package' });

let server: ServerProcess;
if (found.length) {
  before(async () => void (server = await startServer()));
  after(() => server.stop());
}

const deployment = (name: string, more = '') => `
apiVersion: apps/v1
kind: Deployment
metadata: {name: ${name}}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers: [{name: web, image: registry.example/web:1${more}}]
`;

for (const { version, path } of found) {
  describe(`kubectl ${version}`, () => {
    const home = mkdtempSync(join(tmpdir(), 'tiphys-home-'));
    after(() => rmSync(home, { recursive: true, force: true }));
    const name = `web-${version.replaceAll('.', '-')}`;
    /** What kubectl said on both of its outputs, and how it ended. */
    const kubectl = async (
      args: string[],
      { as = 'admin', stdin = '' }: { as?: 'admin' | 'ada' | 'nobody'; stdin?: string } = {},
    ) => {
      const child = spawn(path, ['--kubeconfig', server.kubeconfig(as), ...args], {
        env: { ...process.env, HOME: home },
      });
      child.stdin.end(stdin);
      const [out, err, code] = await Promise.all([
        text(child.stdout),
        text(child.stderr),
        new Promise<number | null>((resolve) => child.once('exit', resolve)),
      ]);
      return { out, err, code };
    };

    it('version', async () => assert.match((await kubectl(['version'])).out, /Server Version: v1\.36\./));

    it('api-resources', async () => {
      const { out } = await kubectl(['api-resources']);
      assert.match(out, /^pods +po +v1 +true +Pod$/m);
      assert.match(out, /^deployments +deploy +apps\/v1 +true +Deployment$/m);
      assert.match(out, /^selfsubjectaccessreviews +authorization.k8s.io\/v1 +false +SelfSubjectAccessReview$/m);
    });

    it('explain, each kind', async () => {
      const { out } = await kubectl(['api-resources', '--no-headers']);
      for (const line of out.trim().split('\n')) {
        const [, resource = '', apiVersion = ''] = /^(\S+) .*?(\S+) +(?:true|false) +\S+$/.exec(line) ?? [];
        const { out: told, err, code } = await kubectl(['explain', resource, `--api-version=${apiVersion}`]);
        assert.equal(code, 0, `${line}: ${err}`);
        assert.match(told, /^KIND: +\w+$/m);
        assert.match(told, /^FIELDS:$/m, line);
      }
    });

    it('explain a field, and all of them', async () => {
      const { out } = await kubectl(['explain', 'pod.spec.containers.ports.containerPort']);
      assert.match(out, /^FIELD: containerPort <integer>$/m);
      const { out: all } = await kubectl(['explain', 'deployment', '--recursive']);
      assert.match(all, /^ +containers\t<\[\]Container> -required-$/m);
      assert.match(all, /^ +livenessProbe\t<Probe>$/m);
      assert.match(all, /^ +enum: Recreate, RollingUpdate$/m);
    });

    it('explain what there is not', async () => {
      const { err } = await kubectl(['explain', 'pod.spec.nothing']);
      assert.match(err, /field "nothing" does not exist/);
    });

    it('validation: strict refuses, warn tells, ignore is silent', async () => {
      const bad = deployment(name, ', colour: red');
      const apply = (how: string) =>
        kubectl(['apply', '--dry-run=server', `--validate=${how}`, '-f', '-'], { stdin: bad });
      const unknown = 'unknown field "spec.template.spec.containers[0].colour"';
      const strict = await apply('strict');
      assert.equal(strict.code, 1);
      assert.ok(strict.err.includes(`strict decoding error: ${unknown}`), strict.err);
      const warned = await apply('warn');
      assert.ok(warned.err.includes(`Warning: ${unknown}`), warned.err);
      assert.match(warned.out, /created \(server dry run\)/);
      assert.equal((await apply('ignore')).err, '');
    });

    it('create and apply, validated', async () => {
      const stdin = deployment(name);
      assert.match((await kubectl(['create', '--validate=true', '-f', '-'], { stdin })).out, /created/);
      assert.match(
        (await kubectl(['apply', '--server-side', '--force-conflicts', '-f', '-'], { stdin })).out,
        /serverside-applied/,
      );
      assert.match((await kubectl(['delete', '-f', '-'], { stdin })).out, /deleted/);
    });

    it('auth can-i, whoami', async () => {
      assert.equal((await kubectl(['auth', 'can-i', 'create', 'pods'])).out, 'yes\n');
      const no = await kubectl(['auth', 'can-i', 'create', 'pods'], { as: 'ada' });
      assert.deepEqual([no.out, no.code], ['no\n', 1]);
      const { out } = await kubectl(['auth', 'can-i', '--list'], { as: 'ada' });
      assert.match(out, /^selfsubjectaccessreviews\.authorization\.k8s\.io +\[\] +\[\] +\[create\]$/m);
      assert.match((await kubectl(['auth', 'whoami'], { as: 'ada' })).out, /^Groups +\[devs system:authenticated\]$/m);
      const asOther = await kubectl(['auth', 'can-i', 'list', 'nodes', '--as', 'eve', '--as-group', 'system:masters']);
      assert.equal(asOther.out, 'yes\n');
    });

    it('rights begin with a binding and end with it', async () => {
      const role = `reader-${name}`;
      await kubectl(['create', 'role', role, '--verb=get,list', '--resource=pods']);
      await kubectl(['create', 'rolebinding', role, `--role=${role}`, '--user=ada']);
      assert.equal((await kubectl(['get', 'pods'], { as: 'ada' })).code, 0);
      await kubectl(['delete', 'rolebinding', role]);
      const { err } = await kubectl(['get', 'pods'], { as: 'ada' });
      assert.equal(
        err,
        'Error from server (Forbidden): pods is forbidden: User "ada" cannot list resource "pods" in API group "" in the namespace "default"\n',
      );
    });

    it('a token for a service account works as its bearer', async () => {
      const account = `robot-${name}`;
      await kubectl(['create', 'serviceaccount', account]);
      const token = (await kubectl(['create', 'token', account, '--duration=10m'])).out.trim();
      const { out } = await kubectl(['auth', 'whoami', '--token', token], { as: 'nobody' });
      assert.match(out, new RegExp(`^Username +system:serviceaccount:default:${account}$`, 'm'));
      const refused = await kubectl(['get', 'pods', '--token', `${token}x`], { as: 'nobody' });
      assert.match(refused.err, /You must be logged in to the server/);
    });

    it('metrics and health', async () => {
      const { out } = await kubectl(['get', '--raw', '/metrics']);
      assert.match(out, /^apiserver_request_total\{.*verb="LIST".*\} \d+$/m);
      assert.match(out, /^process_resident_memory_bytes \d+$/m);
      assert.equal((await kubectl(['get', '--raw', '/readyz'])).out, 'ok');
      assert.match((await kubectl(['get', '--raw', '/metrics'], { as: 'ada' })).err, /Forbidden/);
    });
  });
}
