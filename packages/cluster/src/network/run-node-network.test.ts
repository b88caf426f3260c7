import assert from 'node:assert/strict';
import { test } from 'node:test';
import { node as nodeKind } from '@tiphys/sdk/api';
import { SharedCache } from '@tiphys/sdk/cache';
import { nullLogger, Registry, seededRandom, systemClock, TaskGroup } from '@tiphys/sdk/runtime';
import { FakeClient, SimClock } from '@tiphys/sdk/testing';
import { NetworkRequirementError } from './cni/requirement.ts';
import { CommandError, type Commands } from './commands.ts';
import { defaultNodeNetworkConfig, runNodeNetwork } from './run-node-network.ts';

test('a node waits for its pod CIDR, and then says what its machine lacks', async () => {
  const clock = new SimClock();
  const random = seededRandom(1);
  const client = new FakeClient({ clock, random });
  const ran: string[] = [];
  const commands: Commands = {
    run(program, args) {
      ran.push(program);
      // A machine with nft and nothing else.
      if (program === 'nft' && args[0] === '-f') return Promise.resolve('');
      if (program === 'ip') return Promise.resolve('[]');
      if (program === 'sh') return Promise.resolve('');
      return Promise.reject(new CommandError(`${program}: not found`, { isMissing: true }));
    },
  };
  await using tasks = new TaskGroup();
  const cache = new SharedCache({ client, clock, random, log: nullLogger }, tasks.signal);
  const config = { ...defaultNodeNetworkConfig, node: 'a', serviceCIDRs: ['10.96.0.0/16'] };
  let ended = false;
  const running = runNodeNetwork(
    { cache, clock, log: nullLogger, metrics: new Registry(), commands, config },
    tasks.signal,
  )
    .catch((err: unknown) => err)
    .finally(() => (ended = true));
  await client.create(nodeKind, { metadata: { name: 'a' } });
  await client.create(nodeKind, { metadata: { name: 'b' }, spec: { podCIDR: '10.244.1.0/24' } });
  await clock.advance(10_000);
  assert.ok(ran.includes('nft'), 'services are served already');
  assert.ok(!ran.includes('sh'), 'the pod network waits');

  const patch = { spec: { podCIDR: '10.244.0.0/24', podCIDRs: ['10.244.0.0/24'] } };
  await client.patch(nodeKind, { metadata: { name: 'a' } }, { type: 'merge', patch });
  // The plugins are looked for in the real file system, which simulated time doesn't wait for.
  while (!ended) {
    await clock.advance(1000);
    await systemClock.yield();
  }
  const err = await running;
  assert.ok(err instanceof NetworkRequirementError, String(err));
  assert.match(err.message, /modprobe br_netfilter/);
});
