import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { isObject, type JsonObject, mergePatch } from '@tiphys/sdk/machinery';
import { servedKinds } from 'tiphys/apiserver';
import { type MinimalObject, minimalObjects } from '../api/minimal-objects.ts';
import { type ServerProcess, startServer } from './api-server.ts';
import { kubectls } from './kubectls.ts';
import { run } from './up-process.ts';

const found = kubectls();
if (!found.length) it('kubectl', { skip: 'no kubectl is on the PATH, and this platform has none in a package' });

const namespace = 'kinds';
const minimal = minimalObjects(namespace);
const dir = mkdtempSync(join(tmpdir(), 'tiphys-kinds-'));
/** Objects in a file, for commands that take as many as one likes. */
const file = (name: string, items: readonly object[]): string => {
  const path = join(dir, `${name}.json`);
  writeFileSync(path, JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));
  return path;
};
const all = file(
  'all',
  minimal.map((m) => m.object),
);
const changed = file(
  'changed',
  minimal.map((m) => mergePatch(m.object, m.change as JsonObject)),
);
const labelled = file(
  'labelled',
  minimal.map((m) => mergePatch(m.object, { metadata: { labels: { seen: 'no' } } })),
);
/** By what name kubectl tells of an object: `deployment.apps/minimal`. */
const nameOf = ({ object: { apiVersion, kind, metadata } }: MinimalObject): string => {
  const [group] = apiVersion.includes('/') ? apiVersion.split('/') : [];
  return `${kind.toLowerCase()}${group ? `.${group}` : ''}/${metadata.name}`;
};
const names = minimal.map(nameOf);
/** The kinds that fall to one of the versions: what takes a process for each kind is shared among them. */
const share = (turn: number, of = found.length): readonly MinimalObject[] =>
  minimal.filter((_, i) => i % of === turn % of);

/**
 * Sent with the same configuration again, these are "configured" and not "unchanged": kubectl sends a list without keys whole
 * when its items have got defaults, what is to be replaced in any case, and what can only be written.
 */
const resent = new Set([
  'endpoints/minimal',
  'limitrange/minimal',
  'secret/minimal',
  'endpointslice.discovery.k8s.io/minimal',
  'poddisruptionbudget.policy/minimal',
  'validatingwebhookconfiguration.admissionregistration.k8s.io/minimal',
  'mutatingwebhookconfiguration.admissionregistration.k8s.io/minimal',
  'validatingadmissionpolicy.admissionregistration.k8s.io/minimal',
  'mutatingadmissionpolicy.admissionregistration.k8s.io/minimal',
  'resourceclaim.resource.k8s.io/minimal',
  'resourceclaimtemplate.resource.k8s.io/minimal',
]);

const subject = { user: 'ada', resourceAttributes: { verb: 'get', resource: 'pods', namespace } };
const reviews: [kind: string, apiVersion: string, spec: object | undefined][] = [
  ['TokenReview', 'authentication.k8s.io/v1', { token: 'tok' }],
  ['SelfSubjectReview', 'authentication.k8s.io/v1', undefined],
  ['SubjectAccessReview', 'authorization.k8s.io/v1', subject],
  ['LocalSubjectAccessReview', 'authorization.k8s.io/v1', subject],
  ['SelfSubjectAccessReview', 'authorization.k8s.io/v1', { resourceAttributes: subject.resourceAttributes }],
  ['SelfSubjectRulesReview', 'authorization.k8s.io/v1', { namespace }],
];

const generated = [
  'clusterrole reader --verb=get --resource=pods',
  'clusterrolebinding readers --clusterrole=reader --user=ada',
  'configmap c --from-literal=a=b',
  'cronjob j --image=app:1 --schedule=@daily',
  'deployment d --image=app:1 --replicas=2 --port=80',
  'ingress i --rule=a.example.com/*=web:80,tls=cert',
  'job j --image=app:1 -- true',
  'namespace n',
  'poddisruptionbudget p --min-available=50% --selector=app=web',
  'priorityclass p --value=7 --description=seven',
  'quota q --hard=pods=3,requests.cpu=2',
  'role r --verb=get,list --resource=pods,deployments.apps',
  'rolebinding b --role=r --serviceaccount=kinds:default',
  'secret generic s --from-literal=a=b',
  'secret docker-registry s --docker-server=registry.example --docker-username=u --docker-password=p',
  'service clusterip s --tcp=80:8080',
  'service nodeport s --tcp=80',
  'service loadbalancer s --tcp=80',
  'service externalname s --external-name=a.example.com',
  'serviceaccount s',
];

let server: ServerProcess;
if (found.length) {
  before(async () => void (server = await startServer()));
  after(async () => {
    await server.stop();
    rmSync(dir, { recursive: true, force: true });
  });
}

for (const [turn, { version, path }] of found.entries()) {
  describe(`kubectl ${version} with every kind`, () => {
    const home = mkdtempSync(join(tmpdir(), 'tiphys-home-'));
    after(() => rmSync(home, { recursive: true, force: true }));
    const kubectl = (args: readonly string[], env: NodeJS.ProcessEnv = {}) =>
      run(path, ['--kubeconfig', server.kubeconfig('admin'), ...args], { HOME: home, ...env });
    const ok = async (...args: string[]): Promise<string> => {
      const { stdout, stderr, code } = await kubectl(args);
      assert.equal(code, 0, `${args.join(' ')}: ${stderr}`);
      return stdout;
    };
    /** Each of the objects is told of, with this word. */
    const told = (stdout: string, word: string | ((name: string) => string), of: readonly string[] = names) =>
      assert.deepEqual(
        stdout.trim().split('\n').toSorted(),
        of.map((name) => `${name} ${typeof word === 'string' ? word : word(name)}`).toSorted(),
      );
    const objects = async (): Promise<JsonObject[]> =>
      (JSON.parse(await ok('get', '-f', all, '-o', 'json')) as { items: JsonObject[] }).items;

    it('create', async () => {
      if (turn === 0) {
        await ok('create', 'namespace', namespace);
        await ok('create', 'serviceaccount', 'default', '-n', namespace);
      }
      told(await ok('create', '--save-config', '-f', all), 'created');
      const again = await kubectl(['create', '-f', all]);
      assert.equal(again.stderr.match(/\(AlreadyExists\)/g)?.length, minimal.length, again.stderr);
    });

    it('get in every form', async () => {
      assert.deepEqual((await ok('get', '-f', all, '-o', 'name')).trim().split('\n'), names);
      const made = await objects();
      assert.deepEqual(
        made.map((o) => o['kind']),
        minimal.map((m) => m.object.kind),
      );
      const yaml = await ok('get', '-f', all, '-o', 'yaml');
      assert.equal(yaml.match(/^- /gm)?.length, minimal.length);
      const paths = await ok('get', '-f', all, '-o', 'jsonpath={range .items[*]}{.kind} {.metadata.uid}{"\\n"}{end}');
      const told = made.map((o) => `${String(o['kind'])} ${(o['metadata'] as { uid: string }).uid}`);
      assert.deepEqual(paths.trim().split('\n'), told);
      const columns = await ok('get', '-f', all, '-o', 'custom-columns=K:.kind,N:.metadata.uid', '--no-headers');
      assert.deepEqual(
        columns
          .trim()
          .split('\n')
          .map((line) => line.replace(/ +/, ' ')),
        told,
      );
      const wide = await ok('get', '-f', all, '-o', 'wide');
      for (const name of names) assert.ok(wide.includes(`${name} `) || wide.includes(`${name}\n`), name);
      assert.ok(!wide.includes('<invalid>'), wide);
    });

    it('apply, and diff', async () => {
      told(await ok('apply', '-f', all), (name) =>
        resent.has(name) && name !== 'secret/minimal' ? 'configured' : 'unchanged',
      );
      told(await ok('apply', '-f', changed), 'configured');
      told(await ok('apply', '-f', changed), (name) => (resent.has(name) ? 'configured' : 'unchanged'));
      for (const [i, object] of (await objects()).entries()) {
        // What is only written is read as data.
        if (object['kind'] !== 'Secret') assert.ok(has(object, minimal[i]!.change), names[i]);
      }
      assert.equal(await ok('diff', '-f', changed), '');
      for (const how of [[], ['--server-side', '--force-conflicts']]) {
        const { code, stdout, stderr } = await kubectl(['diff', ...how, '-f', labelled]);
        assert.equal(code, 1, stderr);
        assert.equal(stdout.match(/^\+ {4}seen: "no"$/gm)?.length, minimal.length);
      }
    });

    it('apply on the server, and once more to no effect', async () => {
      told(await ok('apply', '--server-side', '--force-conflicts', '-f', changed), 'serverside-applied');
      const versions = async () => ok('get', '-f', all, '-o', 'jsonpath={.items[*].metadata.resourceVersion}');
      const before = await versions();
      told(await ok('apply', '--server-side', '-f', changed), 'serverside-applied');
      assert.equal(await versions(), before);
    });

    it('label, annotate, patch in three ways', async () => {
      told(await ok('label', '-f', all, 'by=label'), 'labeled');
      told(await ok('annotate', '-f', all, 'note=first', '--overwrite'), 'annotated');
      const patches: [type: string, patch: object][] = [
        ['strategic', { metadata: { labels: { strategic: 'yes' }, annotations: { note: null } } }],
        ['merge', { metadata: { labels: { merge: 'yes', by: null } } }],
        [
          'json',
          [
            { op: 'add', path: '/metadata/labels/json', value: 'yes' },
            { op: 'test', path: '/metadata/labels/merge', value: 'yes' },
          ],
        ],
      ];
      for (const [type, patch] of patches) {
        told(await ok('patch', '-f', all, '--type', type, '-p', JSON.stringify(patch)), 'patched');
      }
      for (const { metadata } of (await objects()) as {
        metadata?: { labels?: JsonObject; annotations?: JsonObject };
      }[]) {
        const { strategic, merge, json, by } = metadata?.labels ?? {};
        assert.deepEqual(
          [strategic, merge, json, by, metadata?.annotations?.['note']],
          ['yes', 'yes', 'yes', undefined, undefined],
        );
      }
    });

    it('edit', async () => {
      const editor = join(dir, 'editor');
      writeFileSync(editor, `#!/bin/sh\nsed -i 's/^\\( *\\)json: "yes"$/\\1json: edited/' "$1"\n`);
      chmodSync(editor, 0o755);
      const { code, stdout, stderr } = await kubectl(['edit', '-n', namespace, '-f', all], { KUBE_EDITOR: editor });
      assert.equal(code, 0, stderr);
      told(stdout, 'edited');
    });

    it('wait', async () => {
      const mine = share(turn);
      const edited = ['wait', '--for=jsonpath={.metadata.labels.json}=edited', '--timeout=30s'];
      const of = file(
        `wait-${turn}`,
        mine.map((m) => m.object),
      );
      assert.equal((await ok(...edited, '-f', of)).match(/ condition met$/gm)?.length, mine.length);
    });

    it('replace', async () => {
      const items = (await objects()).map((o) => mergePatch(o, { metadata: { annotations: { replaced: 'yes' } } }));
      told(await ok('replace', '-f', file(`replace-${turn}`, items)), 'replaced');
      const stale = await kubectl(['replace', '-f', file(`replace-${turn}`, items)]);
      assert.equal(stale.stderr.match(/\(Conflict\)/g)?.length, minimal.length, stale.stderr);
    });

    it('explain', async () => {
      await eachOf(share(turn), async ({ resource, object: { apiVersion, kind } }) => {
        const out = await ok('explain', resource.split('.')[0]!, '--api-version', apiVersion);
        assert.match(out, new RegExp(`^KIND: +${kind}$`, 'm'));
        assert.match(out, new RegExp(`^VERSION: +${apiVersion.split('/').at(-1)}$`, 'm'));
        assert.match(out, /^ {2}metadata\t<ObjectMeta>/m);
      });
      await eachOf(share(turn + 1), async ({ resource, object: { apiVersion, kind } }) => {
        const out = await ok('explain', resource.split('.')[0]!, '--recursive', '--api-version', apiVersion);
        const { shape } = servedKinds.find((k) => k.kind === kind && k.apiVersion === apiVersion)!.schema;
        for (const field of shape.fields.values()) assert.match(out, new RegExp(`^ {2}${field.name}\\t<`, 'm'));
      });
    });

    it('delete, with what becomes of dependents', async () => {
      const parts = ['background', 'orphan', 'foreground'].map((cascade, i) => ({ cascade, part: share(turn + i, 3) }));
      for (const { cascade, part } of parts) {
        const of = file(
          `delete-${turn}`,
          part.map((m) => m.object),
        );
        const out = await ok('delete', '-f', of, `--cascade=${cascade}`, '--wait=false');
        assert.equal(out.trim().split('\n').length, part.length, out);
        const left = JSON.parse((await ok('get', '-f', of, '--ignore-not-found', '-o', 'json')) || '{"items":[]}') as {
          items?: { kind: string; metadata: { name: string; finalizers?: string[] } }[];
        };
        const waits = { background: [], orphan: ['orphan'], foreground: ['foregroundDeletion'] }[cascade]!;
        const held = part.filter((m) => !goesAtOnce.has(m.object.kind) && (waits.length || holders.has(m.object.kind)));
        assert.deepEqual(
          (left.items ?? []).map(({ kind, metadata: { finalizers } }) => [
            kind,
            finalizers?.filter((f) => !f.includes('/')) ?? [],
          ]),
          held.map(({ object: { kind } }) => [kind, waits]),
        );
        // What nobody is there to see to.
        if (!held.length) continue;
        const rest = file(
          `held-${turn}`,
          held.map((m) => m.object),
        );
        await ok('patch', '-f', rest, '--type=merge', '-p', '{"metadata":{"finalizers":null}}');
        if (held.some((m) => m.object.kind === 'Namespace')) {
          const done = join(dir, 'namespace.json');
          writeFileSync(done, JSON.stringify({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'minimal' } }));
          await ok('replace', '--raw', '/api/v1/namespaces/minimal/finalize', '-f', done);
        }
      }
      assert.equal(await ok('get', '-f', all, '--ignore-not-found', '-o', 'name'), '');
    });

    it('create what is only asked', async () => {
      const items = reviews.map(([kind, apiVersion, spec]) => ({
        apiVersion,
        kind,
        metadata: kind.startsWith('Local') ? { namespace } : {},
        ...(spec && { spec }),
      }));
      const answers = await ok('create', '-f', file('reviews', items), '-o', 'jsonpath={.kind}={.status}{"\\n"}');
      assert.deepEqual(
        answers
          .trim()
          .split('\n')
          .map((line) => line.split('=')[0]),
        reviews.map(([kind]) => kind),
      );
      assert.match(answers, /^TokenReview=.*"authenticated":true/m);
      assert.match(answers, /^SelfSubjectAccessReview=.*"allowed":true/m);
      assert.match(answers, /^SubjectAccessReview=.*"allowed":false/m);
      assert.match(await ok('auth', 'whoami'), /^Username +admin$/m);
    });

    it('create by its own commands', async () => {
      await eachOf(
        generated.filter((_, i) => i % found.length === turn),
        async (command) => {
          const [words = '', ...after] = command.split(' -- ');
          const args = ['create', ...words.split(' '), '-n', namespace, '--dry-run=server', '-o', 'name'];
          assert.match(await ok(...args, ...after.flatMap((a) => ['--', a])), /\/[a-z-]+\n$/);
        },
      );
    });
  });
}

/** Kinds with finalizers of their own. */
const holders = new Set(['Namespace', 'PersistentVolume', 'PersistentVolumeClaim', 'VolumeAttributesClass']);
/** Kinds that have no dependents. */
const goesAtOnce = new Set(['Event']);

/** Whether a value holds what a merge patch would put there. */
const has = (value: unknown, patch: unknown): boolean => {
  if (Array.isArray(patch)) return Array.isArray(value) && patch.every((item, i) => has(value[i], item));
  if (!isObject(patch)) return value === patch;
  return isObject(value) && Object.entries(patch).every(([key, part]) => has(value[key], part));
};

/** Two at a time: a process each on a machine that has a few cores. */
async function eachOf<T>(items: readonly T[], act: (item: T) => Promise<void>): Promise<void> {
  const waiting = items.values();
  const work = async () => {
    for (const item of waiting) await act(item);
  };
  await Promise.all([work(), work()]);
}
