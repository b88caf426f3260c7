import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, describe, it } from 'node:test';
import { type ServerProcess, startServer } from './api-server.ts';
import { kubectls } from './kubectls.ts';
import { run } from './up-process.ts';

const found = kubectls();
if (!found.length) it('kubectl', { skip: 'no kubectl is on the PATH, and this platform has none in a package' });

let server: ServerProcess;
if (found.length) {
  before(async () => void (server = await startServer()));
  after(() => server.stop());
}

for (const [turn, { version, path }] of found.entries()) {
  describe(`kubectl ${version} with a kind of one's own`, () => {
    const group = `g${turn}.example.com`;
    const name = `tides.${group}`;
    const dir = mkdtempSync(join(tmpdir(), 'tiphys-custom-'));
    after(() => rmSync(dir, { recursive: true, force: true }));
    const file = (as: string, object: object): string => {
      const at = join(dir, `${as}.json`);
      writeFileSync(at, JSON.stringify(object));
      return at;
    };
    const kubectl = (args: readonly string[], env: NodeJS.ProcessEnv = {}) =>
      run(path, ['--kubeconfig', server.kubeconfig('admin'), ...args], { HOME: dir, ...env });
    const ok = async (...args: string[]): Promise<string> => {
      const { stdout, stderr, code } = await kubectl(args);
      assert.equal(code, 0, `${args.join(' ')}: ${stderr}`);
      return stdout;
    };
    const refused = async (...args: string[]): Promise<string> => {
      const { stderr, code } = await kubectl(args);
      assert.notEqual(code, 0, args.join(' '));
      return stderr;
    };
    /** A table as words, without the times in it. */
    const rows = (table: string): string[][] =>
      table
        .trim()
        .split('\n')
        .map((line) => line.split(/ {2,}/).filter((cell) => !/^\d+s$/.test(cell)));

    const definition = definitionIn(group);
    const tide = (as: string, spec: object) => ({
      apiVersion: `${group}/v1`,
      kind: 'Tide',
      metadata: { name: as, namespace: 'default' },
      spec,
    });

    it('is not known before it is defined', async () => {
      assert.match(await refused('get', name), /the server doesn't have a resource type "tides"/);
      const stderr = await refused('apply', '-f', file('early', tide('early', { port: 'Brest' })));
      assert.match(stderr, /no matches for kind "Tide" in version "g\d.example.com\/v1"/);
    });

    it('is established', async () => {
      await ok('create', '-f', file('definition', definition));
      await ok('wait', '--for=condition=Established', `crd/${name}`, '--timeout=20s');
      const line = (await ok('api-resources', '--api-group', group)).split('\n')[1];
      assert.deepEqual(line?.split(/ +/), [`tides`, 'td', `${group}/v1`, 'true', 'Tide']);
      assert.ok((await ok('api-versions')).includes(`${group}/v1\n`));
    });

    it('is explained', async () => {
      const spec = await ok('explain', `${name}.spec`);
      assert.match(spec, /^FIELD: spec <Object>$/m);
      assert.match(spec, /^ {2}port\t<string> -required-\n {4}Where it is measured\.$/m);
      assert.match(spec, /^ {2}heights\t<\[\]Object>$/m);
      const all = await ok('explain', name, '--recursive');
      for (const line of [
        'metadata\t<ObjectMeta>',
        'spec\t<Object> -required-',
        'metres\t<number>',
        'replicas\t<integer>',
      ]) {
        assert.match(all, new RegExp(`^ +${line}`, 'm'));
      }
    });

    it('is applied, with defaults, and refused in the words of its schema', async () => {
      const brest = file('brest', tide('brest', { port: 'Brest', heights: [{ at: 'noon', metres: 6.9 }] }));
      assert.equal(await ok('apply', '-f', brest), `tide.${group}/brest created\n`);
      assert.equal(await ok('apply', '-f', brest), `tide.${group}/brest unchanged\n`);
      assert.equal(await ok('get', name, 'brest', '-n', 'default', '-o', 'jsonpath={.spec.replicas}'), '1');
      assert.equal(await ok('diff', '-f', brest), '');
      const wrong = file('wrong', tide('wrong', { port: 'brest', replicas: 'many', heights: [{ metres: -1 }] }));
      const stderr = await refused('create', '--validate=false', '-f', wrong);
      for (const problem of [
        'spec.port: Invalid value: "brest": spec.port in body should match \'^[A-Z]\'',
        'spec.replicas: Invalid value: "string": spec.replicas in body must be of type integer: "string"',
        'spec.heights[0].at: Required value',
        'spec.heights[0].metres: Invalid value: -1: spec.heights[0].metres in body should be greater than or equal to 0',
      ]) {
        assert.ok(stderr.includes(problem), `${problem}\n${stderr}`);
      }
      const unknown = file('unknown', tide('unknown', { port: 'Brest', colour: 'grey' }));
      assert.match(await refused('create', '-f', unknown), /unknown field "spec\.colour"/);
    });

    it('is applied on the server by several, each for items of its own', async () => {
      const by = (manager: string, at: string, metres: number) =>
        ok(
          'apply',
          '--server-side',
          '--field-manager',
          manager,
          '-f',
          file(`by-${manager}`, tide('shared', { port: 'Le Havre', heights: [{ at, metres }] })),
        );
      await by('one', 'noon', 7);
      await by('two', 'night', 8);
      const heights = 'jsonpath={range .spec.heights[*]}{.at}={.metres} {end}';
      assert.equal(await ok('get', name, 'shared', '-n', 'default', '-o', heights), 'noon=7 night=8 ');
      const taken = file('taken', tide('shared', { port: 'Calais', heights: [{ at: 'noon', metres: 7 }] }));
      const stderr = await refused('apply', '--server-side', '--field-manager', 'three', '-f', taken);
      assert.match(stderr, /conflicts with "one":\n- \.spec\.port\nconflicts with "two":\n- \.spec\.port\n/);
    });

    it('is shown in columns, selected by fields and found by its category', async () => {
      const table = rows(await ok('get', 'td', '-n', 'default'));
      assert.deepEqual(table, [
        ['NAME', 'PORT', 'HIGHEST', 'AGE'],
        ['brest', 'Brest', '6.9'],
        ['shared', 'Le Havre', '7'],
      ]);
      assert.deepEqual(rows(await ok('get', name, '-A', '-o', 'wide'))[0], [
        'NAMESPACE',
        'NAME',
        'PORT',
        'HIGHEST',
        'WANTED',
        'AGE',
      ]);
      assert.match(await ok('get', `shore${turn}`, '-n', 'default', '-o', 'name'), /^tide\.\S+\/brest\n/);
      const selected = await ok('get', name, '-A', '--field-selector', 'spec.port=Brest', '-o', 'name');
      assert.equal(selected, `tide.${group}/brest\n`);
      assert.match(await refused('get', name, '--field-selector', 'spec.replicas=1'), /field label not supported/);
      assert.match(await ok('describe', name, 'brest', '-n', 'default'), /^ {2}Port: +Brest$/m);
    });

    it('is watched while it is patched, labelled, edited and scaled', async () => {
      const on = ['-n', 'default', name, 'brest'];
      const line = 'jsonpath={.spec.port} {.spec.replicas} {.metadata.labels.sea}{"\\n"}';
      const watch = spawn(path, ['--kubeconfig', server.kubeconfig('admin'), 'get', ...on, '--watch', '-o', line], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      after(() => watch.kill());
      const lines = createInterface(watch.stdout)[Symbol.asyncIterator]();
      const next = async () => String((await lines.next()).value).trim();
      assert.equal(await next(), 'Brest 1');
      await ok('patch', ...on, '--type=merge', '-p', '{"spec":{"port":"Roscoff"}}');
      assert.equal(await next(), 'Roscoff 1');
      await ok('patch', ...on, '--type=json', '-p', '[{"op":"replace","path":"/spec/port","value":"Morlaix"}]');
      assert.equal(await next(), 'Morlaix 1');
      const strategic = await refused('patch', ...on, '--type=strategic', '-p', '{"spec":{"port":"X"}}');
      assert.match(strategic, /application\/strategic-merge-patch\+json is not supported|UnsupportedMediaType/);
      await ok('label', ...on, 'sea=channel');
      assert.equal(await next(), 'Morlaix 1 channel');
      const editor = join(dir, 'editor');
      writeFileSync(editor, '#!/bin/sh\nsed -i "s/port: Morlaix/port: Brest/" "$1"\n');
      chmodSync(editor, 0o755);
      assert.equal((await kubectl(['edit', ...on], { KUBE_EDITOR: editor })).code, 0);
      assert.equal(await next(), 'Brest 1 channel');
      await ok('scale', ...on, '--replicas=4', '--current-replicas=1');
      assert.equal(await next(), 'Brest 4 channel');
      watch.kill();
      assert.equal(await ok('get', ...on, '--subresource=scale', '-o', 'jsonpath={.kind} {.spec.replicas}'), 'Scale 4');
      await ok(
        'patch',
        ...on,
        '--subresource=status',
        '--type=merge',
        '-p',
        '{"status":{"replicas":3},"spec":{"port":"Z"}}',
      );
      const told = await ok('get', ...on, '-o', 'jsonpath={.spec.port} {.status.replicas} {.metadata.generation}');
      assert.equal(told, 'Brest 3 5');
    });

    it('has versions that come and go', async () => {
      const v2 = { ...definition.spec.versions[0]!, name: 'v2', storage: false };
      const both = { ...definition, spec: { ...definition.spec, versions: [...definition.spec.versions, v2] } };
      await ok('replace', '-f', file('both', both));
      const inV2 = ['get', '--raw', `/apis/${group}/v2/namespaces/default/tides/brest`];
      await eventually(async () => (await kubectl(inV2)).code === 0);
      assert.equal((JSON.parse(await ok(...inV2)) as { apiVersion: string }).apiVersion, `${group}/v2`);
      await ok('replace', '-f', file('definition', definition));
      await eventually(async () => /could not find the requested resource/.test((await kubectl(inV2)).stderr));
    });

    it('is deleted by name, by label, and with its definition', async () => {
      assert.match(await ok('delete', name, 'shared', '-n', 'default'), /"shared" deleted/);
      await ok('delete', name, '-l', 'sea=none', '-n', 'default');
      assert.equal(await ok('get', name, '-A', '-o', 'name'), `tide.${group}/brest\n`);
      await ok('delete', 'crd', name, '--timeout=30s');
      assert.match(await refused('get', '--raw', `/apis/${group}/v1/tides`), /could not find the requested resource/);
      await ok('create', '-f', file('definition', definition));
      await ok('wait', '--for=condition=Established', `crd/${name}`, '--timeout=20s');
      assert.equal(await ok('get', name, '-A', '-o', 'name'), '');
      await ok('delete', 'crd', name, '--timeout=30s');
    });

    function definitionIn(of: string) {
      const string = { type: 'string' };
      const spec = {
        type: 'object',
        required: ['port'],
        properties: {
          port: { ...string, pattern: '^[A-Z]', description: 'Where it is measured.' },
          replicas: { type: 'integer', default: 1 },
          heights: {
            type: 'array',
            'x-kubernetes-list-type': 'map',
            'x-kubernetes-list-map-keys': ['at'],
            items: {
              type: 'object',
              required: ['at'],
              properties: { at: string, metres: { type: 'number', minimum: 0 } },
            },
          },
        },
      };
      const status = { type: 'object', properties: { replicas: { type: 'integer' } } };
      return {
        apiVersion: 'apiextensions.k8s.io/v1',
        kind: 'CustomResourceDefinition',
        metadata: { name: `tides.${of}` },
        spec: {
          group: of,
          scope: 'Namespaced',
          names: { plural: 'tides', singular: 'tide', kind: 'Tide', shortNames: ['td'], categories: [`shore${turn}`] },
          versions: [
            {
              name: 'v1',
              served: true,
              storage: true,
              schema: { openAPIV3Schema: { type: 'object', required: ['spec'], properties: { spec, status } } },
              subresources: {
                status: {},
                scale: { specReplicasPath: '.spec.replicas', statusReplicasPath: '.status.replicas' },
              },
              selectableFields: [{ jsonPath: '.spec.port' }],
              additionalPrinterColumns: [
                { name: 'Port', type: 'string', jsonPath: '.spec.port' },
                { name: 'Highest', type: 'number', jsonPath: '.spec.heights[0].metres' },
                { name: 'Wanted', type: 'integer', jsonPath: '.spec.replicas', priority: 1 },
                { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
              ],
            },
          ],
        },
      };
    }
  });
}

async function eventually(holds: () => Promise<boolean>): Promise<void> {
  for (let i = 0; i < 100; i++) {
    if (await holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  assert.fail('it never came to be');
}
