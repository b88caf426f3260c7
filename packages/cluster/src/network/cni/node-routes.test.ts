import assert from 'node:assert/strict';
import { test } from 'node:test';
import { node as nodeKind } from '@tiphys/sdk/api';
import { SharedCache } from '@tiphys/sdk/cache';
import { nullLogger, seededRandom, TaskGroup } from '@tiphys/sdk/runtime';
import { FakeClient, SimClock } from '@tiphys/sdk/testing';
import { CommandError, type Commands } from '../commands.ts';
import { runNodeRoutes } from './node-routes.ts';

/** A routing table that `ip` changes. */
class FakeRoutes implements Commands {
  readonly routes = new Map<string, string>([['10.244.9.0/24', '192.0.2.9']]);
  readonly ran: string[] = [];
  fails = 0;

  run(_: string, args: readonly string[]): Promise<string> {
    const [, verb, how, cidr = '', , via = ''] = args.slice(args.indexOf('route') - 1);
    if (args.includes('show')) {
      return Promise.resolve(JSON.stringify([...this.routes].map(([dst, gateway]) => ({ dst, gateway }))));
    }
    if (this.fails-- > 0) return Promise.reject(new CommandError('no', { exitCode: 2 }));
    this.ran.push(args.join(' '));
    assert.equal(verb, 'route');
    if (how === 'replace') this.routes.set(cidr, via);
    else this.routes.delete(cidr);
    return Promise.resolve('');
  }
}

test('routes follow the nodes: those of others, by their own address, and none that is nobody’s', async () => {
  const clock = new SimClock();
  const random = seededRandom(1);
  const client = new FakeClient({ clock, random });
  const commands = new FakeRoutes();
  await using tasks = new TaskGroup();
  const cache = new SharedCache({ client, clock, random, log: nullLogger }, tasks.signal);
  const config = { family: 'ip', node: 'a', routeProtocol: 84, retryMs: 1000 } as const;
  tasks.go((signal) => runNodeRoutes({ cache, clock, log: nullLogger, commands, config }, signal));

  const add = async (name: string, podCIDRs: string[], ...addresses: string[]) => {
    await client.create(nodeKind, { metadata: { name }, spec: { podCIDRs } });
    const status = { addresses: addresses.map((address) => ({ type: 'InternalIP', address })) };
    await client.patch(
      nodeKind,
      { metadata: { name } },
      { type: 'merge', patch: { status } },
      { subresource: 'status' },
    );
  };
  await add('a', ['10.244.0.0/24'], '192.0.2.11');
  await add('b', ['10.244.1.0/24', 'fd00:1::/64'], 'fd01::12', '192.0.2.12');
  await add('c', ['10.244.2.0/24']);
  await clock.advance(10_000);
  assert.deepEqual([...commands.routes], [['10.244.1.0/24', '192.0.2.12']]);

  commands.fails = 1;
  await client.delete(nodeKind, { metadata: { name: 'b' } });
  await clock.advance(500);
  assert.equal(commands.routes.size, 1, 'the command failed');
  await clock.advance(10_000);
  assert.deepEqual([...commands.routes], []);
  assert.ok(commands.ran.every((line) => line.endsWith('proto 84')));

  const before = commands.ran.length;
  const heartbeat = { metadata: { annotations: { beat: '1' } } };
  await client.patch(nodeKind, { metadata: { name: 'c' } }, { type: 'merge', patch: heartbeat });
  await clock.advance(10_000);
  assert.equal(commands.ran.length, before);
});
