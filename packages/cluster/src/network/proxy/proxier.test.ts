import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nullLogger, Registry, TaskGroup } from '@tiphys/sdk/runtime';
import { SimClock } from '@tiphys/sdk/testing';
import { CommandError, type CommandOptions, type Commands } from '../commands.ts';
import { HealthCheckServers } from './health-check.ts';
import { proxyMetrics } from './metrics.ts';
import { Proxier } from './proxier.ts';
import { anEndpoint, aService } from './service-builder.ts';
import type { ProxyService } from './service.ts';

/** An nft that takes everything until it is told to fail, and keeps what it was given. */
class FakeNft implements Commands {
  readonly scripts: string[] = [];
  readonly conntrack: string[] = [];
  revision = '';
  fails = 0;
  hasConntrack = true;

  run(program: string, args: readonly string[], { stdin = '' }: CommandOptions = {}): Promise<string> {
    if (program === 'conntrack') {
      this.conntrack.push(args.join(' '));
      return this.hasConntrack ? Promise.resolve('') : Promise.reject(new CommandError('none', { isMissing: true }));
    }
    if (args[0] === 'list') return Promise.resolve(`elements = { ${this.revision} }`);
    if (this.fails-- > 0) return Promise.reject(new CommandError('no such table', { exitCode: 1 }));
    const script = typeof stdin === 'string' ? stdin : stdin.join('');
    this.scripts.push(script);
    this.revision = /add element ip t revision \{ (\w+) \}/.exec(script)?.[1] ?? '';
    return Promise.resolve('');
  }
}

function aProxier(services: Map<string, ProxyService>) {
  const clock = new SimClock();
  const nft = new FakeNft();
  const registry = new Registry();
  const proxier = new Proxier({
    commands: nft,
    clock,
    log: nullLogger,
    metrics: proxyMetrics(registry),
    healthChecks: new HealthCheckServers({ host: '127.0.0.1', log: nullLogger }),
    config: {
      family: 'ip',
      podCIDRs: [],
      serviceCIDRs: [],
      masqueradeMark: 0x4000,
      nodePortAddresses: [],
      table: 't',
      minSyncMs: 1000,
      checkMs: 30_000,
    },
    service: (key) => services.get(key),
  });
  return { clock, nft, proxier, registry };
}

const web = (...pods: string[]) => aService(pods.map((ip) => anEndpoint(ip)));

test('the first transaction replaces the table, the others bring differences', async () => {
  const services = new Map([['default/web', web('10.244.0.2')]]);
  const { clock, nft, proxier } = aProxier(services);
  await using tasks = new TaskGroup();
  proxier.mark('default/web');
  tasks.go((signal) => proxier.run(signal));
  await clock.advance(0);
  assert.equal(nft.scripts.length, 1);
  assert.match(nft.scripts[0]!, /^add table ip t\ndelete table ip t\nadd table ip t\n/);

  services.set('default/web', web('10.244.0.3'));
  proxier.mark('default/web');
  await clock.advance(1000);
  assert.equal(nft.scripts.length, 2);
  assert.deepEqual(nft.scripts[1]!.trim().split('\n'), [
    'flush chain ip t service-default/web/tcp/http',
    'delete element ip t hairpins { 10.244.0.2 . 10.244.0.2 }',
    'add rule ip t service-default/web/tcp/http meta l4proto tcp dnat to 10.244.0.3:8080',
    'add element ip t hairpins { 10.244.0.3 . 10.244.0.3 }',
    'delete element ip t revision { 0x00000001 }',
    'add element ip t revision { 0x00000002 }',
  ]);
});

test('what changes within the least time goes together, and what comes to nothing not at all', async () => {
  const services = new Map<string, ProxyService>();
  const { clock, nft, proxier } = aProxier(services);
  await using tasks = new TaskGroup();
  tasks.go((signal) => proxier.run(signal));
  await clock.advance(0);
  for (let i = 0; i < 10; i++) {
    services.set(`default/s${i}`, aService([], { name: `s${i}`, clusterIP: `10.96.0.${i}` }));
    proxier.mark(`default/s${i}`);
    await clock.advance(50);
  }
  assert.equal(nft.scripts.length, 1);
  await clock.advance(1000);
  assert.equal(nft.scripts.length, 2);
  proxier.mark('default/s0');
  await clock.advance(5000);
  assert.equal(nft.scripts.length, 2);
});

test('a transaction that fails is followed by a new table', async () => {
  const services = new Map([['default/web', web('10.244.0.2')]]);
  const { clock, nft, proxier, registry } = aProxier(services);
  await using tasks = new TaskGroup();
  proxier.mark('default/web');
  tasks.go((signal) => proxier.run(signal));
  await clock.advance(1000);
  services.set('default/web', web('10.244.0.3'));
  proxier.mark('default/web');
  nft.fails = 2;
  await clock.advance(400);
  assert.equal(nft.scripts.length, 1);
  await clock.advance(5000);
  assert.equal(nft.scripts.length, 2);
  assert.match(nft.scripts[1]!, /^add table ip t\ndelete table/);
  assert.match(nft.scripts[1]!, /dnat to 10\.244\.0\.3:8080/);
  assert.match(await registry.metrics(), /nftables_sync_failures_total 2/);
});

test('a table that someone else has changed is made anew, and an intact one left alone', async () => {
  const { clock, nft, proxier } = aProxier(new Map([['default/web', web('10.244.0.2')]]));
  await using tasks = new TaskGroup();
  proxier.mark('default/web');
  tasks.go((signal) => proxier.run(signal));
  await clock.advance(95_000);
  assert.equal(nft.scripts.length, 1);
  nft.revision = '';
  await clock.advance(30_000);
  assert.equal(nft.scripts.length, 2);
  assert.match(nft.scripts[1]!, /^add table ip t\ndelete table/);
});

test('flows are looked at when a UDP service changes, and where conntrack is missing no more', async () => {
  const dns = aService([anEndpoint('10.244.0.2')], {}, { protocol: 'udp' });
  const services = new Map([['default/web', web('10.244.0.2')]]);
  const { clock, nft, proxier } = aProxier(services);
  await using tasks = new TaskGroup();
  proxier.mark('default/web');
  tasks.go((signal) => proxier.run(signal));
  await clock.advance(1000);
  assert.deepEqual(nft.conntrack, []);
  services.set('default/web', dns);
  proxier.mark('default/web');
  await clock.advance(1000);
  assert.deepEqual(nft.conntrack, ['-L -f ipv4 -p udp']);
  nft.hasConntrack = false;
  for (let i = 0; i < 3; i++) {
    services.set('default/web', { ...dns });
    proxier.mark('default/web');
    await clock.advance(1000);
  }
  assert.equal(nft.conntrack.length, 2);
});

test('how long a change took to reach the kernel is counted from when it happened', async () => {
  const { clock, proxier, registry } = aProxier(new Map([['default/web', web('10.244.0.2')]]));
  await using tasks = new TaskGroup();
  proxier.mark('default/web', clock.now() - 2500);
  proxier.mark('default/web');
  tasks.go((signal) => proxier.run(signal));
  await clock.advance(1000);
  const text = await registry.metrics();
  assert.match(text, /kubeproxy_network_programming_duration_seconds_sum 2\.5/);
  assert.match(text, /kubeproxy_network_programming_duration_seconds_count 1/);
});

test('thousands of services are one transaction', async () => {
  const services = new Map<string, ProxyService>();
  const { clock, nft, proxier } = aProxier(services);
  await using tasks = new TaskGroup();
  for (let i = 0; i < 3000; i++) {
    const name = `s${i}`;
    services.set(
      `default/${name}`,
      aService([anEndpoint('10.244.0.2')], { name, clusterIP: `10.96.${i >> 8}.${i & 255}` }),
    );
    proxier.mark(`default/${name}`);
  }
  tasks.go((signal) => proxier.run(signal));
  await clock.advance(10);
  assert.equal(nft.scripts.length, 1);
  assert.equal(nft.scripts[0]!.match(/^add chain ip t service-/gm)?.length, 3000);
});
