import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Registry } from '@tiphys/sdk/runtime';
import { AuthorizerChain } from '../authz/index.ts';
import type { ServerResponse, UserInfo } from '../context.ts';
import { admin, aUser, hang, outside, serverScene, type ServerScene } from '../server-scene.ts';
import type { PartsConfig } from '../parts.ts';

async function within(config: Partial<PartsConfig>, use: (scene: ServerScene) => Promise<void>): Promise<void> {
  const scene = await serverScene(config);
  try {
    await use(scene);
  } finally {
    scene.stop();
  }
}

const textOf = ({ body }: ServerResponse) =>
  body.type === 'bytes' ? Buffer.concat([...body.pieces]).toString() : `(${body.type})`;
const maps = '/api/v1/namespaces/default/configmaps';
const aMap = { metadata: { name: 'm' } };

const without = { priorityAndFairness: false };

test('without priority and fairness requests over the limit are refused, each side by itself', () =>
  within(
    {
      ...without,
      limits: { readOnly: 2, mutating: 1 },
      authorizers: AuthorizerChain.of(['AlwaysAllow'], new Registry()),
    },
    async (scene) => {
      const go = hang(scene);
      const user = aUser('ada');
      const waiting = [
        outside(scene, 'GET', maps, { user }),
        outside(scene, 'GET', `${maps}/none`, { user }),
        outside(scene, 'POST', maps, { user, body: aMap }),
      ];
      const watches = [1, 2, 3].map(() => outside(scene, 'GET', `${maps}?watch=1&resourceVersion=0`, { user }));
      for (const [method, path] of [
        ['GET', maps],
        ['DELETE', `${maps}/m`],
      ] as const) {
        const refused = await outside(scene, method, path, { user }).answer;
        assert.deepEqual(
          [refused.status, textOf(refused), refused.headers['retry-after'], refused.headers['content-type']],
          [429, 'Too many requests, please try again later.\n', '1', 'text/plain; charset=utf-8'],
        );
      }
      for (const { answer } of watches) assert.equal((await answer).status, 200);
      const always = [outside(scene, 'GET', maps), outside(scene, 'DELETE', `${maps}/none`)];
      const gauge = (await scene.ask('GET', '/metrics')).text;
      assert.match(gauge, /apiserver_current_inflight_requests\{request_kind="mutating"\} 2\n/);
      go();
      const codes = await Promise.all([...waiting, ...always].map(async ({ answer }) => (await answer).status));
      assert.deepEqual(codes, [200, 404, 201, 200, 404]);
      assert.equal((await outside(scene, 'GET', maps, { user }).answer).status, 200);
    },
  ));

test('0 is no limit then', () =>
  within({ ...without, limits: { readOnly: 0, mutating: 0 } }, async (scene) => {
    const go = hang(scene);
    const many = Array.from({ length: 500 }, () => outside(scene, 'GET', maps, { user: aUser('x') }));
    go();
    for (const { answer } of many) assert.equal((await answer).status, 403);
  }));

test('a client that may wait less than the server says so', () =>
  within({ requestTimeoutMs: 60_000 }, async (scene) => {
    const go = hang(scene);
    const table: [method: string, path: string, afterMs: number, want: string][] = [
      ['GET', maps, 60_000, 'allotted timeout'],
      ['GET', `${maps}?timeout=1500ms`, 1500, 'allotted timeout'],
      ['GET', `${maps}?timeout=2m`, 60_000, 'allotted timeout'],
      ['GET', `${maps}?timeout=0`, 60_000, 'allotted timeout'],
      ['GET', `${maps}?timeout=`, 60_000, 'allotted timeout'],
      ['GET', `${maps}?timeout=-5s`, 60_000, 'allotted timeout'],
      ['POST', maps, 34_000, 'requested timeout - context deadline exceeded'],
      ['DELETE', `${maps}/m?timeout=1m1s`, 34_000, 'requested timeout - context deadline exceeded'],
      ['PUT', `${maps}/m?timeout=1.5s`, 1500, 'requested timeout - context deadline exceeded'],
    ];
    for (const [method, path, afterMs, want] of table) {
      const body = method === 'GET' ? {} : { body: aMap };
      const { answer, signal } = outside(scene, method, path, body);
      let over = false;
      void answer.then(() => (over = true));
      await scene.clock.advance(afterMs - 1);
      assert.deepEqual([over, signal.aborted], [false, false], `${method} ${path}`);
      await scene.clock.advance(1);
      const response = await answer;
      const status = JSON.parse(textOf(response)) as Record<string, unknown>;
      assert.equal(response.status, 504);
      assert.equal(
        status['message'],
        `Timeout: request did not complete within ${want === 'allotted timeout' ? 'the ' : ''}${want}`,
      );
      assert.deepEqual([status['reason'], status['details'], status['code']], ['Timeout', {}, 504]);
      assert.equal(status['kind'], method === 'GET' ? undefined : 'Status');
      assert.ok(signal.aborted);
    }
    go();
  }));

test('a timeout that is no duration is told before anything else', () =>
  within({}, async (scene) => {
    for (const [timeout, why] of [
      ['5', 'time: missing unit in duration "5"'],
      ['5d', 'time: unknown unit "d" in duration "5d"'],
      ['soon', 'time: invalid duration "soon"'],
    ] as const) {
      const { status, message } = await scene.ask('GET', `${maps}?timeout=${timeout}`, undefined, { user: aUser('x') });
      assert.deepEqual([status, message], [400, `invalid timeout specified in the request URL - ${why}`]);
    }
    assert.equal((await scene.ask('GET', `${maps}?timeout=1h1.5m`)).status, 200);
  }));

test('every answer says what its request was called', () =>
  within({}, async (scene) => {
    for (const path of [maps, '/healthz', '/nowhere', `${maps}/none`]) {
      const own = (await outside(scene, 'GET', path).answer).headers;
      assert.match(String(own['audit-id']), /^[0-9a-f]{8}-[0-9a-f-]{27}$/);
      assert.equal(own['cache-control'], 'no-cache, private');
      const given = await outside(scene, 'GET', path, { headers: { 'audit-id': 'mine' } }).answer;
      assert.equal(given.headers['audit-id'], 'mine');
    }
  }));

test('a server that closes sends clients away, and ends watches as if their time were over', () =>
  within({}, async (scene) => {
    const { server } = scene;
    const watch = await outside(scene, 'GET', `${maps}?watch=1`).answer;
    server.lifecycle.end();
    assert.equal((await outside(scene, 'GET', maps).answer).status, 200);
    server.lifecycle.close();
    server.endWatches();
    assert.equal(watch.body.type, 'stream');
    if (watch.body.type === 'stream') for await (const chunk of watch.body.chunks) assert.fail(String(chunk));
    const refused = await outside(scene, 'GET', maps).answer;
    assert.deepEqual(
      [refused.status, textOf(refused), refused.headers['retry-after']],
      [503, 'apiserver is shutting down\n', '1'],
    );
  }));

test('nobody in particular is refused where that is wanted', () =>
  within({ authentication: { anonymous: { isAllowed: false }, bootstrapTokens: false } }, async (scene) => {
    const { status, message } = await scene.ask('GET', '/healthz', undefined, { user: null });
    assert.deepEqual([status, message], [401, 'Unauthorized']);
  }));

test('who decides is a choice', async () => {
  const status = async (modes: Parameters<typeof AuthorizerChain.of>[0] | undefined, user: UserInfo) => {
    let found: [number, string] = [0, ''];
    await within(modes ? { authorizers: AuthorizerChain.of(modes, new Registry()) } : {}, async (scene) => {
      const answer = await scene.ask('GET', maps, undefined, { user });
      found = [answer.status, answer.message];
    });
    return found;
  };
  const ada = aUser('ada');
  const no =
    'configmaps is forbidden: User "ada" cannot list resource "configmaps" in API group "" in the namespace "default"';
  assert.deepEqual(await status(undefined, ada), [403, no]);
  assert.deepEqual(await status(['AlwaysAllow'], ada), [200, '']);
  assert.deepEqual(await status(['RBAC', 'AlwaysAllow'], ada), [200, '']);
  assert.deepEqual(await status(['AlwaysDeny'], ada), [403, `${no}: Everything is forbidden.`]);
  assert.deepEqual((await status(['AlwaysDeny'], admin))[0], 200);
});
