import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { startServer } from './api-server.ts';
import { kubectls } from './kubectls.ts';
import { run, UpProcess } from './up-process.ts';

interface AuditEvent {
  readonly level: string;
  readonly stage: string;
  readonly verb: string;
  readonly requestURI: string;
  readonly userAgent?: string;
  readonly user: { readonly username: string };
  readonly impersonatedUser?: { readonly username: string };
  readonly objectRef?: { readonly resource: string; readonly name?: string; readonly subresource?: string };
  readonly responseStatus?: { readonly code: number };
  readonly requestObject?: { readonly data?: Readonly<Record<string, string>> };
  readonly responseObject?: object;
  readonly annotations?: Readonly<Record<string, string>>;
}

const policy = {
  apiVersion: 'audit.k8s.io/v1',
  kind: 'Policy',
  omitStages: ['RequestReceived'],
  rules: [
    { level: 'None', users: ['system:apiserver'] },
    { level: 'Metadata', resources: [{ resources: ['secrets', 'serviceaccounts/token'] }] },
    { level: 'Request', verbs: ['create', 'patch', 'update', 'delete'] },
    { level: 'Metadata' },
  ],
};

/** A place for a policy and a log, that goes with its user. */
class Place {
  readonly #directory = mkdtempSync(join(tmpdir(), 'tiphys-audit-'));
  readonly log = join(this.#directory, 'logs/audit.log');
  readonly flags: readonly string[];

  constructor() {
    const file = join(this.#directory, 'policy.yaml');
    writeFileSync(file, JSON.stringify(policy));
    this.flags = ['--audit-policy-file', file, '--audit-log-path', this.log];
  }

  get text(): string {
    return readFileSync(this.log, 'utf8');
  }

  get events(): AuditEvent[] {
    return this.text
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as AuditEvent);
  }

  [Symbol.dispose](): void {
    rmSync(this.#directory, { recursive: true });
  }
}

describe('what kubectl does is in the audit log', { skip: kubectls().length ? false : 'no kubectl here' }, () => {
  for (const { version, path } of kubectls()) {
    test(`kubectl ${version}`, { timeout: 60_000 }, async () => {
      using place = new Place();
      const server = await startServer(...place.flags);
      try {
        const as = (user: 'admin' | 'ada', ...args: string[]) =>
          run(path, ['--kubeconfig', server.kubeconfig(user), '-n', 'default', ...args]);
        await as('admin', 'create', 'configmap', 'a', '--from-literal=x=y');
        await as('admin', 'create', 'secret', 'generic', 's', '--from-literal=p=hush-hush');
        await as('admin', 'patch', 'configmap', 'a', '--type=merge', '-p', '{"data":{"x":"z"}}');
        await as('admin', 'get', 'configmaps', '--as', 'ada', '--as-group', 'devs');
        await as('ada', 'delete', 'configmap', 'a');
        await as('admin', 'get', 'configmaps', '--watch', '--request-timeout=1s');
        await as('admin', 'delete', 'configmap', 'a');
      } finally {
        await server.stop();
      }
      assert.equal(statSync(place.log).mode & 0o777, 0o600);
      assert.doesNotMatch(place.text, /hush|aHVzaC1odXNo/);
      const events = place.events.filter((e) => e.userAgent?.startsWith('kubectl'));
      const find = (verb: string, resource: string, username = 'admin', stage = 'ResponseComplete') => {
        const of = (e: AuditEvent) => e.verb === verb && e.objectRef?.resource === resource;
        const found = events.filter((e) => of(e) && e.user.username === username && e.stage === stage);
        assert.ok(found.length, `${verb} ${resource} of ${username}: ${stage}`);
        return found.at(-1)!;
      };
      assert.deepEqual(find('create', 'configmaps').requestObject?.data, { x: 'y' });
      assert.deepEqual(find('patch', 'configmaps').requestObject, { data: { x: 'z' } });
      assert.equal(find('create', 'secrets').level, 'Metadata');
      find('list', 'configmaps');
      assert.ok(events.some((e) => e.user.username === 'admin' && e.impersonatedUser?.username === 'ada'));
      const refused = find('delete', 'configmaps', 'ada');
      assert.equal(refused.responseStatus?.code, 403);
      assert.equal(refused.annotations?.['authorization.k8s.io/decision'], 'forbid');
      find('watch', 'configmaps', 'admin', 'ResponseStarted');
      find('watch', 'configmaps');
      assert.equal(find('delete', 'configmaps').objectRef?.name, 'a');
      assert.ok(events.every((e) => e.stage !== 'RequestReceived' && !e.responseObject));
    });
  }
});

test('a whole cluster has an audit log too, of its own components among others', { timeout: 60_000 }, async () => {
  using place = new Place();
  const up = new UpProcess();
  try {
    await up.start('--nodes', 'sim:1', ...place.flags);
    const ended = new Promise((resolve) => up.child.once('exit', resolve));
    up.child.kill('SIGTERM');
    await ended;
  } finally {
    await up.close();
  }
  const users = new Set(place.events.map((e) => e.user.username));
  for (const name of ['system:kube-scheduler', 'system:kube-controller-manager']) assert.ok(users.has(name), name);
});

test('a policy that can’t be read keeps the server from starting', async () => {
  await assert.rejects(startServer('--audit-policy-file', '/nowhere/p', '--audit-log-path', '-'), {
    message:
      /loading audit policy file: failed to read file path "\/nowhere\/p": open \/nowhere\/p: no such file or directory/,
  });
});
