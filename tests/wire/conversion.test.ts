import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, describe, it } from 'node:test';
import { type ServerProcess, startServer } from './api-server.ts';
import { type ConversionWebhook, conversionWebhook } from './conversion-webhook.ts';
import { kubectls } from './kubectls.ts';
import { run } from './up-process.ts';

const found = kubectls();
if (!found.length) it('kubectl', { skip: 'no kubectl is on the PATH, and this platform has none in a package' });

let server: ServerProcess;
let webhook: ConversionWebhook;
if (found.length) {
  before(async () => {
    webhook = await conversionWebhook();
    server = await startServer();
  });
  after(async () => {
    await server.stop();
    webhook.close();
  });
}

for (const [turn, { version, path }] of found.entries()) {
  describe(`kubectl ${version} with a kind that a webhook converts`, () => {
    const group = `c${turn}.example.com`;
    const [first, second] = [`berths.v1.${group}`, `berths.v2.${group}`];
    const dir = mkdtempSync(join(tmpdir(), 'tiphys-conversion-'));
    after(() => rmSync(dir, { recursive: true, force: true }));
    const args = (...more: readonly string[]) => ['--kubeconfig', server.kubeconfig('admin'), ...more];
    const kubectl = (...more: readonly string[]) => run(path, args(...more), { HOME: dir });
    const ok = async (...more: string[]): Promise<string> => {
      const { stdout, stderr, code } = await kubectl(...more);
      assert.equal(code, 0, `${more.join(' ')}: ${stderr}`);
      return stdout.trim();
    };
    const refused = async (...more: string[]): Promise<string> => {
      const { stderr, code } = await kubectl(...more);
      assert.notEqual(code, 0, more.join(' '));
      return stderr;
    };
    const file = (object: object): string => {
      const at = join(dir, 'object.json');
      writeFileSync(at, JSON.stringify(object));
      return at;
    };
    const berth = (as: string, spec: object, name = 'north') =>
      file({ apiVersion: `${group}/${as}`, kind: 'Berth', metadata: { name }, spec });
    const at = (name = 'north') => ok('get', first, name, '-o', 'jsonpath={.spec.at}');

    before(async () => {
      const { url, caBundle } = webhook;
      await ok('create', '-f', file(definitionIn(group, { url, caBundle })));
      await ok('wait', '--for=condition=Established', `crd/berths.${group}`);
    });

    it('applies in one version and reads in the other', async () => {
      assert.match(await ok('apply', '-f', berth('v1', { at: '3/12' })), /created/);
      assert.equal(await ok('get', second, 'north', '-o', 'jsonpath={.spec.pier} {.spec.place}'), '3 12');
      assert.match(await ok('apply', '-f', berth('v2', { pier: '4', place: '12' })), /configured/);
      assert.equal(await at(), '4/12');
      assert.match(await ok('apply', '-f', berth('v2', { pier: '4', place: '12' })), /unchanged/);
    });

    it('shows the columns of each version', async () => {
      const table = async (of: string) => (await ok('get', of)).split('\n').map((line) => line.split(/ {2,}/));
      assert.deepEqual(
        [await table(first), await table(second)],
        [
          [
            ['NAME', 'AT'],
            ['north', '4/12'],
          ],
          [
            ['NAME', 'PIER'],
            ['north', '4'],
          ],
        ],
      );
    });

    it('patches, labels and deletes in either', async () => {
      await ok('patch', second, 'north', '--type=merge', '-p', '{"spec":{"place":"9"}}');
      await ok('patch', first, 'north', '--type=json', '-p', '[{"op":"add","path":"/spec/at","value":"5/9"}]');
      await ok('label', second, 'north', 'sea=rough');
      assert.equal(await ok('get', second, '-l', 'sea=rough', '-o', 'jsonpath={.items[*].spec.pier}'), '5');
      await ok('apply', '-f', berth('v1', { at: '1/1' }, 'south'));
      await ok('delete', second, 'south');
      assert.match(await refused('get', first, 'south'), /not found/);
    });

    it('applies on the server in both, and who owns what is told in the terms of either', async () => {
      const apply = (as: string, spec: object, ...more: string[]) =>
        ['apply', '--server-side', ...more, '-f', berth(as, spec, 'east')] as const;
      await ok(...apply('v1', { at: '1/2' }, '--field-manager=harbour'));
      const conflict = await refused(...apply('v2', { pier: '2' }, '--field-manager=pilot'));
      assert.match(conflict, /conflict with "harbour".*\.spec\.at/s);
      await ok(...apply('v2', { pier: '2' }, '--field-manager=pilot', '--force-conflicts'));
      assert.equal(await at('east'), '2/2');
    });

    it('watches one version while the other is written', async () => {
      const column = 'custom-columns=:.spec.pier,:.spec.place';
      const watch = spawn(path, args('get', second, 'north', '-w', '--no-headers', '-o', column), {
        env: { ...process.env, HOME: dir },
        stdio: ['ignore', 'pipe', 'ignore'],
      });
      const seen: string[] = [];
      for await (const line of createInterface({ input: watch.stdout })) {
        seen.push(line.trim().replace(/ +/, ' '));
        if (seen.length === 1) void ok('patch', first, 'north', '--type=merge', '-p', '{"spec":{"at":"7/8"}}');
        if (seen.length === 2) break;
      }
      watch.kill();
      assert.deepEqual(seen, ['5 9', '7 8']);
    });

    it('tells why the webhook does not convert; the version that is stored goes on', async () => {
      webhook.refuse('the tide is out');
      try {
        const said = await refused('get', second, 'north');
        assert.match(said, /conversion webhook for .*\/v1, Kind=Berth failed: the tide is out/);
        assert.match(await refused('apply', '-f', berth('v2', { pier: '1', place: '1' }, 'west')), /the tide is out/);
        assert.equal(await at(), '7/8');
      } finally {
        webhook.refuse();
      }
    });
  });
}

const definitionIn = (group: string, clientConfig: object) => {
  const aText = { type: 'string' };
  const versionOf = (name: string, properties: Record<string, object>, column: string) => ({
    name,
    served: true,
    storage: name === 'v1',
    schema: { openAPIV3Schema: { type: 'object', properties: { spec: { type: 'object', properties } } } },
    additionalPrinterColumns: [{ name: column, type: 'string', jsonPath: `.spec.${column}` }],
  });
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `berths.${group}` },
    spec: {
      group,
      scope: 'Namespaced',
      names: { plural: 'berths', singular: 'berth', kind: 'Berth', listKind: 'BerthList' },
      versions: [versionOf('v1', { at: aText }, 'at'), versionOf('v2', { pier: aText, place: aText }, 'pier')],
      conversion: { strategy: 'Webhook', webhook: { conversionReviewVersions: ['v1'], clientConfig } },
    },
  };
};
