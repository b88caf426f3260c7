import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { Broadcast } from '@tiphys/sdk/runtime';
import { SimClock } from '@tiphys/sdk/testing';
import { MemoryBackend, PrefixedStore, type StoreBackend, type StoreBatch } from '../../store/index.ts';
import { type Answer, serverScene, type ServerScene } from '../server-scene.ts';

/** A store as one server sees it: what it tells of may be held back. */
class HeldStore extends PrefixedStore {
  held = false;
  asks = 0;
  readonly #released = new Broadcast();

  constructor(store: StoreBackend) {
    super(store, { inside: '/', outside: '/' });
  }

  override currentRevision(): Promise<number> {
    this.asks++;
    return super.currentRevision();
  }

  release(): void {
    this.held = false;
    this.#released.notify();
  }

  override async *watch(
    prefix: string,
    options: { fromRevision: number; signal: AbortSignal },
  ): AsyncIterable<StoreBatch> {
    for await (const batch of super.watch(prefix, options)) {
      while (this.held && !options.signal.aborted) await this.#released.next(options.signal);
      yield batch;
    }
  }
}

const maps = '/api/v1/namespaces/default/configmaps';
const merge = { headers: { 'content-type': 'application/merge-patch+json' } };
const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('a server that hears late of what another has written', () => {
  let store: HeldStore;
  let other: ServerScene;
  let late: ServerScene;

  before(async () => {
    const clock = new SimClock();
    const backend = new MemoryBackend(clock);
    store = new HeldStore(backend);
    other = await serverScene({}, undefined, { clock, server: { deps: { store: backend } } });
    late = await serverScene({}, undefined, { clock, server: { deps: { store } } });
  });
  after(() => {
    other.stop();
    late.stop();
  });
  const begin = async () => {
    store.release();
    await other.ask('DELETE', `${maps}/a`);
    await other.ask('POST', maps, { metadata: { name: 'a', labels: { of: 'first' } }, data: { was: 'first' } });
    await late.ask('GET', `${maps}/a`);
  };
  beforeEach(begin);

  /** What the late server answers when the other has done something that it hasn't heard of; it may wait for that. */
  const meanwhile = async (
    done: () => Promise<Answer>,
    asked: (was: Answer) => Promise<Answer>,
    { waits = true } = {},
  ) => {
    const was = await late.ask('GET', `${maps}/a`);
    store.held = true;
    const { status, message } = await done();
    assert.ok(status < 300, message);
    let isAnswered = false;
    const answer = asked(was).finally(() => (isAnswered = true));
    for (let i = 0; i < 50; i++) await turn();
    assert.equal(isAnswered, !waits);
    store.release();
    return answer;
  };
  const changed = () => other.ask('PATCH', `${maps}/a`, { data: { was: 'second' } }, merge);
  const replaced = async () => {
    await other.ask('DELETE', `${maps}/a`);
    return other.ask('POST', maps, { metadata: { name: 'a' }, data: { was: 'another' } });
  };
  const stored = async () => {
    const { body, status } = await other.ask('GET', `${maps}/a`);
    return status === 404 ? undefined : (body['data'] as Record<string, string>);
  };
  const meta = ({ body }: Answer) => body['metadata'] as { uid: string; resourceVersion: string };

  it('patches what is there, not what it knew', async () => {
    const { status, body } = await meanwhile(changed, () =>
      late.ask('PATCH', `${maps}/a`, { data: { and: 'this' } }, merge),
    );
    assert.equal(status, 200);
    assert.deepEqual(body['data'], { was: 'second', and: 'this' });
    assert.deepEqual(await stored(), { was: 'second', and: 'this' });
  });

  it('writes what would have changed nothing of what it knew', async () => {
    const { status } = await meanwhile(changed, () =>
      late.ask('PATCH', `${maps}/a`, { data: { was: 'first' } }, merge),
    );
    assert.equal(status, 200);
    assert.deepEqual(await stored(), { was: 'first' });
  });

  it('takes a replacement of the version that it has yet to hear of', async () => {
    let seen = '';
    const change = async () => {
      const answer = await changed();
      seen = meta(answer).resourceVersion;
      return answer;
    };
    const body = () => ({ metadata: { name: 'a', resourceVersion: seen }, data: { was: 'third' } });
    const { status, message } = await meanwhile(change, () => late.ask('PUT', `${maps}/a`, body()));
    assert.equal(status, 200, message);
    assert.deepEqual(await stored(), { was: 'third' });
  });

  it('refuses a replacement of the version that it knew', async () => {
    const { status, message } = await meanwhile(changed, ({ body }) =>
      late.ask('PUT', `${maps}/a`, { ...body, data: { was: 'third' } }),
    );
    assert.equal(status, 409);
    assert.match(
      message,
      /the object has been modified; please apply your changes to the latest version and try again$/,
    );
    assert.deepEqual(await stored(), { was: 'second' });
  });

  it('takes a replacement of whatever version there is', async () => {
    const { status } = await meanwhile(changed, () =>
      late.ask('PUT', `${maps}/a`, { metadata: { name: 'a' }, data: { was: 'third' } }),
    );
    assert.equal(status, 200);
    assert.deepEqual(await stored(), { was: 'third' });
  });

  it('tests what is there', async () => {
    const test = (value: string) =>
      late.ask('PATCH', `${maps}/a`, [{ op: 'test', path: '/data/was', value }], {
        headers: { 'content-type': 'application/json-patch+json' },
      });
    assert.equal((await meanwhile(changed, () => test('second'))).status, 200);
    await begin();
    assert.equal((await meanwhile(changed, () => test('first'))).status, 422);
  });

  it('deletes and changes only the object that is meant', async () => {
    const preconditions = (uid: string) => ({ preconditions: { uid } });
    const deleted = await meanwhile(replaced, (was) => late.ask('DELETE', `${maps}/a`, preconditions(meta(was).uid)));
    assert.equal(deleted.status, 409);
    assert.match(deleted.message, /the UID in the precondition .* does not match the UID in record/);
    const put = await meanwhile(replaced, ({ body }) =>
      late.ask('PUT', `${maps}/a`, {
        ...body,
        metadata: { name: 'a', uid: (body['metadata'] as { uid: string }).uid },
      }),
    );
    assert.equal(put.status, 409);
    assert.deepEqual(await stored(), { was: 'another' });
    let uid = '';
    const anew = async () => {
      const answer = await replaced();
      uid = meta(answer).uid;
      return answer;
    };
    assert.equal((await meanwhile(anew, () => late.ask('DELETE', `${maps}/a`, preconditions(uid)))).status, 200);
    assert.equal(await stored(), undefined);
  });

  it('knows of what is gone and of what has come', async () => {
    const gone = () => other.ask('DELETE', `${maps}/a`);
    const patched = () => late.ask('PATCH', `${maps}/a`, { data: { and: 'this' } }, merge);
    assert.equal((await meanwhile(gone, patched)).status, 404);
    const come = () => other.ask('POST', maps, { metadata: { name: 'a' } });
    await other.ask('DELETE', `${maps}/a`);
    assert.equal((await meanwhile(come, patched)).status, 200);
    const again = () => late.ask('DELETE', `${maps}/a`);
    assert.equal((await meanwhile(gone, again)).status, 404);
  });

  it('applies to what was made meanwhile', async () => {
    await other.ask('DELETE', `${maps}/a`);
    const made = () => other.ask('POST', maps, { metadata: { name: 'a' }, data: { was: 'made' } });
    const config = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' }, data: { applied: 'yes' } };
    const { status, message } = await meanwhile(made, () =>
      late.ask('PATCH', `${maps}/a?fieldManager=m`, config, {
        headers: { 'content-type': 'application/apply-patch+yaml' },
      }),
    );
    assert.equal(status, 200, message);
    assert.deepEqual(await stored(), { was: 'made', applied: 'yes' });
  });

  it('reads what has been written, unless anything will do', async () => {
    const was = async ({ body }: Answer) => (body['data'] as Record<string, string>)['was'];
    assert.equal(await was(await meanwhile(changed, () => late.ask('GET', `${maps}/a`))), 'second');
    await begin();
    const cached = await meanwhile(changed, () => late.ask('GET', `${maps}/a?resourceVersion=0`), { waits: false });
    assert.equal(await was(cached), 'first');
  });

  it('asks nothing before it writes what it knows well', async () => {
    const { asks } = store;
    assert.equal((await late.ask('PATCH', `${maps}/a`, { data: { and: 'this' } }, merge)).status, 200);
    const { body } = await late.ask('GET', `${maps}/a?resourceVersion=0`);
    assert.equal((await late.ask('PUT', `${maps}/a`, { ...body, data: {} })).status, 200);
    assert.equal((await late.ask('DELETE', `${maps}/a`)).status, 200);
    assert.equal((await late.ask('POST', maps, { metadata: { name: 'a' } })).status, 201);
    assert.equal(store.asks, asks);
  });

  it('asks once for many that read', async () => {
    const { asks } = store;
    const all = await Promise.all(Array.from({ length: 100 }, () => late.ask('GET', `${maps}/a`)));
    assert.ok(all.every(({ status }) => status === 200));
    assert.ok(store.asks - asks <= 3, `${store.asks - asks} questions`);
  });
});

it('writers of one object get in each other’s way, and none is refused for it', async () => {
  const one = await serverScene();
  const two = await serverScene({}, undefined, one);
  await one.ask('POST', maps, { metadata: { name: 'many' } });
  const all = await Promise.all(
    Array.from({ length: 40 }, (_, i) =>
      (i % 2 ? one : two).ask('PATCH', `${maps}/many`, { data: { [`k${i}`]: 'x' } }, merge),
    ),
  );
  assert.deepEqual([...new Set(all.map((a) => a.status))], [200]);
  const { body } = await two.ask('GET', `${maps}/many`);
  assert.equal(Object.keys(body['data'] as object).length, 40);
  one.stop();
  two.stop();
});
