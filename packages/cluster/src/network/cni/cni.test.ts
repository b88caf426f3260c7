import assert from 'node:assert/strict';
import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { nullLogger, systemClock, TaskGroup } from '@tiphys/sdk/runtime';
import { SimClock } from '@tiphys/sdk/testing';
import { CommandError, type CommandOptions, type Commands } from '../commands.ts';
import { replaceTable } from '../proxy/nft-table.ts';
import { type CniConfig, defaultCniConfig } from './config.ts';
import { conflist } from './conflist.ts';
import { ensureCni } from './ensure-cni.ts';
import { keepCni } from './keep-cni.ts';
import { podTable } from './pod-table.ts';
import { checkRequirements, NetworkRequirementError } from './requirement.ts';

/** A machine that answers commands from a list; everything else succeeds and says nothing. */
class FakeMachine implements Commands {
  readonly ran: string[] = [];
  readonly lacks = new Set<string>();
  readonly says: Record<string, string> = {
    'cat /proc/sys/net/ipv4/ip_forward': '1\n',
    'cat /proc/sys/net/bridge/bridge-nf-call-iptables': '1\n',
    'firewall-cmd --state': 'running\n',
  };

  run(program: string, args: readonly string[], { stdin }: CommandOptions = {}): Promise<string> {
    const line = [program, ...args].join(' ');
    this.ran.push(typeof stdin === 'string' ? `${line} < ${stdin}` : line);
    if (this.lacks.has(program)) return Promise.reject(new CommandError(`${program}: not found`, { isMissing: true }));
    if (this.lacks.has(line)) return Promise.reject(new CommandError(`${line}: failed`, { exitCode: 1 }));
    return Promise.resolve(this.says[line] ?? '');
  }
}

test('the conflist that runtimes read', () => {
  assert.deepEqual(conflist({ ...defaultCniConfig, mtu: 1400 }, { hostPorts: true }), {
    cniVersion: '0.4.0',
    name: 'tiphys',
    plugins: [
      {
        type: 'bridge',
        bridge: 'tiphys0',
        isGateway: true,
        forceAddress: true,
        ipMasq: false,
        hairpinMode: true,
        mtu: 1400,
        ipam: {
          type: 'host-local',
          ranges: [[{ subnet: '10.244.0.0/24' }]],
          routes: [{ dst: '0.0.0.0/0' }],
          dataDir: '/run/tiphys/networks',
        },
      },
      { type: 'portmap', capabilities: { portMappings: true } },
    ],
  });
});

test('the table that masquerades what leaves the cluster', () => {
  assert.deepEqual(
    replaceTable('ip t', podTable({ ...defaultCniConfig, nonMasqueradeCIDRs: ['192.0.2.0/24'] })).split('\n'),
    [
      'add table ip t',
      'delete table ip t',
      'add table ip t',
      'add set ip t near { type ipv4_addr; flags interval; auto-merge; }',
      'add chain ip t postrouting { type nat hook postrouting priority 100; }',
      'add rule ip t postrouting ip saddr 10.244.0.0/24 ip daddr != @near oifname != "tiphys0" masquerade fully-random',
      'add element ip t near { 10.244.0.0/24, 10.244.0.0/16, 192.0.2.0/24, 224.0.0.0/4 }',
      '',
    ],
  );
});

suite('on a machine', () => {
  let dir: string;
  let config: CniConfig;
  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'tiphys-cni-'));
    for (const plugin of ['bridge', 'host-local', 'loopback', 'portmap']) {
      await writeFile(join(dir, plugin), '#!/bin/sh\n');
      await chmod(join(dir, plugin), 0o755);
    }
    config = { ...defaultCniConfig, binDir: dir, confDir: join(dir, 'net.d') };
  });
  after(() => rm(dir, { recursive: true, force: true }));

  test('that has everything: tables first, the conflist last and whole', async () => {
    const machine = new FakeMachine();
    const paths = await ensureCni({ config, log: nullLogger, commands: machine });
    assert.deepEqual(paths, {
      binDir: dir,
      confDir: config.confDir,
      conflist: join(config.confDir, '10-tiphys.conflist'),
    });
    assert.deepEqual(await readdir(config.confDir), ['10-tiphys.conflist']);
    const list = JSON.parse(await readFile(paths.conflist, 'utf8')) as { plugins: { type: string }[] };
    assert.deepEqual(
      list.plugins.map((p) => p.type),
      ['bridge', 'portmap'],
    );
    assert.ok(machine.ran.some((line) => line.startsWith('nft -f - < add table ip tiphys-pods')));
    assert.ok(machine.ran.includes('iptables -w 10 -I FORWARD 1 -j TIPHYS-FORWARD'));
    assert.ok(machine.ran.includes('firewall-cmd --zone=trusted --add-source=10.244.0.0/16'));
  });

  test('without iptables and firewalld there are no host ports, and nobody is told of the pods', async () => {
    const machine = new FakeMachine();
    machine.lacks.add('iptables').add('firewall-cmd');
    const { conflist: file } = await ensureCni({ config, log: nullLogger, commands: machine });
    const list = JSON.parse(await readFile(file, 'utf8')) as { plugins: { type: string }[] };
    assert.deepEqual(
      list.plugins.map((p) => p.type),
      ['bridge'],
    );
  });

  test('what someone else removes is made anew, and what is there left alone', async () => {
    const machine = new FakeMachine();
    const clock = new SimClock();
    await using tasks = new TaskGroup();
    tasks.go((signal) => keepCni({ config, log: nullLogger, commands: machine, clock, checkMs: 30_000 }, signal));
    const made = () => machine.ran.filter((line) => line.startsWith('nft -f -')).length;
    await clock.advance(100_000);
    assert.equal(made(), 0);
    for (const gone of ['nft list table ip tiphys-pods', 'iptables -w 10 -C FORWARD -j TIPHYS-FORWARD']) {
      const before = made();
      machine.lacks.add(gone);
      // The conflist is written by the real file system, which simulated time doesn't wait for.
      while (made() === before) {
        await clock.advance(30_000);
        await systemClock.yield();
      }
      machine.lacks.delete(gone);
    }
    machine.lacks.add('iptables');
    const before = made();
    await clock.advance(100_000);
    assert.equal(made(), before);
  });

  const lacking: [name: string, lack: (m: FakeMachine) => void, config: Partial<CniConfig>, remedy: RegExp][] = [
    ['the plugins', () => {}, { binDir: '/nonexistent' }, /CNI plugins: apt-get install containernetworking-plugins/],
    ['nft', (m) => m.lacks.add('nft'), {}, /nftables .*not found.*: apt-get install nftables/],
    [
      'bridge netfilter',
      (m) => (m.says['cat /proc/sys/net/bridge/bridge-nf-call-iptables'] = '0\n'),
      {},
      /bridge netfilter, .*: modprobe br_netfilter && sysctl -w net\.bridge\.bridge-nf-call-iptables=1/,
    ],
    [
      'forwarding',
      (m) => m.lacks.add('cat /proc/sys/net/ipv4/ip_forward'),
      {},
      /forwarding of packets: sysctl -w net\.ipv4\.ip_forward=1/,
    ],
  ];
  for (const [name, lack, more, remedy] of lacking) {
    test(`without ${name} the error names the remedy`, async () => {
      const machine = new FakeMachine();
      lack(machine);
      const setUp = ensureCni({ config: { ...config, ...more }, log: nullLogger, commands: machine });
      await assert.rejects(
        setUp,
        (err) => err instanceof NetworkRequirementError && err.unmet.length === 1 && remedy.test(err.message),
      );
    });
  }

  test('checking changes nothing', async () => {
    const machine = new FakeMachine();
    const all = await checkRequirements(machine, config);
    assert.ok(all.every((r) => r.holds));
    assert.deepEqual(
      machine.ran.map((line) => line.split(' <')[0]).toSorted((x, y) => x!.localeCompare(y!)),
      [
        'cat /proc/sys/net/bridge/bridge-nf-call-iptables',
        'cat /proc/sys/net/ipv4/ip_forward',
        'iptables -S FORWARD',
        'nft --check -f -',
      ],
    );
  });
});
