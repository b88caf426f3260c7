import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ack, type Frame, headers, ping } from './frames.ts';
import { request } from './header-block.ts';
import { assertServed, hangsAfterMs, inShort } from './outcomes.ts';
import type { RawClient } from './raw-client.ts';
import { startListener } from './served.ts';

const lastOf = (goaway: Frame): number => goaway.payload.readUInt32BE(0);
const errorOf = (goaway: Frame): number => goaway.payload.readUInt32BE(4);
const never = new AbortController().signal;

/** A client that has heard what the server said last answers its pings, as all clients do. */
function answerPings(client: RawClient): void {
  const before = client.onFrame;
  client.onFrame = (frame) => {
    before(frame);
    if (frame.type === 6 && !(frame.flags & ack)) client.write(ping(frame.payload.toString('latin1'), ack));
  };
}

test(
  'a server that drains answers what was asked, and says that no more will be',
  { timeout: hangsAfterMs },
  async (t) => {
    const { served, server, ...listener } = await startListener(t);
    const [busy, watching, idle] = [await listener.client(), await listener.client(), await listener.client()];
    for (const client of [busy, watching, idle]) {
      answerPings(client);
      await assertServed(client);
    }
    const held = [busy.get('/held'), busy.get('/held')];
    const watch = watching.get('/watch');
    await served.until(() => served.running === 2 && served.watching === 1);
    await watching.began(watch);

    let isDrained = false;
    const drained = server.drain(never).then(() => (isDrained = true));
    for (const client of [busy, watching, idle]) await client.until(() => client.got('GOAWAY').length);
    assert.equal(await idle.whenEnded(), 'NO_ERROR');
    assert.equal(isDrained, false);
    await assert.rejects(listener.client());

    // What was asked is answered, whole, and then there is no more to say.
    served.release();
    for (const stream of held) assert.equal(inShort(await busy.outcome(stream)), '200');
    await drained;
    assert.equal(await busy.whenEnded(), 'NO_ERROR');
    assert.ok(lastOf(busy.got('GOAWAY').at(-1)!) >= held[1]!);
    assert.deepEqual(busy.got('GOAWAY').map(errorOf).filter(Boolean), []);

    // Who watches may go on: it is told what happens until the server ends that.
    served.tell('one more');
    await watching.until(() => watching.received(watch) === 'one more'.length);
    await server.close();
    await watching.whenEnded();
    assert.equal(served.watching, 0);
  },
);

test('who asks on when it has been told to go is told which was the last', { timeout: hangsAfterMs }, async (t) => {
  const { served, server, ...listener } = await startListener(t);
  const client = await listener.client();
  answerPings(client);
  const held = client.get('/held');
  await served.until(() => served.running === 1);
  void server.drain(never);
  await client.until(() => client.got('GOAWAY').some((f) => lastOf(f) < 2 ** 31 - 1));
  const asked = served.asked;
  const late = client.get('/bytes/10');
  served.release();
  assert.equal(inShort(await client.outcome(held)), '200');
  await client.whenEnded();
  assert.ok(lastOf(client.got('GOAWAY').at(-1)!) < late);
  assert.equal(served.asked, asked);
});

test(
  'a client that is to move on gets its answer, and every other is found anew',
  { timeout: hangsAfterMs },
  async (t) => {
    let moves = false;
    const { served, ...listener } = await startListener(t, { moveOn: () => moves });
    const client = await listener.client();
    answerPings(client);
    const watch = client.get('/watch');
    await client.began(watch);
    moves = true;
    await assertServed(client);
    await client.until(() => client.got('GOAWAY').length);
    moves = false;
    await assertServed(await listener.client());
    // What it watched goes on.
    served.tell('one more');
    await client.until(() => client.received(watch) === 'one more'.length);
    client.destroy();
    await served.until(() => served.watching === 0);
  },
);

test('more at once than a connection may have is refused, to be asked again', { timeout: hangsAfterMs }, async (t) => {
  const { served, ...listener } = await startListener(t, { maxStreamsPerConnection: 10 });
  const client = await listener.client();
  const held = Array.from({ length: 10 }, () => client.get('/held'));
  await served.until(() => served.running === 10);
  for (let i = 0; i < 3; i++) {
    const stream = client.nextStream();
    client.write(headers(stream, request('/bytes/10')));
    assert.deepEqual(await client.outcome(stream), { reset: 'REFUSED_STREAM' });
  }
  assert.equal(served.asked, 10);
  served.release();
  for (const stream of held) assert.equal(inShort(await client.outcome(stream)), '200');
  await assertServed(client);
});
