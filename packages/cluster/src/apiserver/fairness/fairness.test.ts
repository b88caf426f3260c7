import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Registry } from '@tiphys/sdk/runtime';
import { AuthorizerChain } from '../authz/index.ts';
import type { UserInfo } from '../context.ts';
import type { PartsConfig } from '../parts.ts';
import { admin, aUser, hang, outside, serverScene, type ServerScene } from '../server-scene.ts';

async function within(config: Partial<PartsConfig>, use: (scene: ServerScene) => Promise<void>): Promise<void> {
  const scene = await serverScene({ authorizers: AuthorizerChain.of(['AlwaysAllow'], new Registry()), ...config });
  try {
    await use(scene);
  } finally {
    scene.stop();
  }
}

const objects = '/apis/flowcontrol.apiserver.k8s.io/v1';
const maps = '/api/v1/namespaces/default/configmaps';
const [ada, bob] = [aUser('ada'), aUser('bob')];

/** Where a request belonged, by the names of the objects whose UIDs its answer tells. */
async function placeOf(scene: ServerScene, headers: Readonly<Record<string, unknown>>): Promise<string> {
  const names = new Map<unknown, string>([[undefined, '-']]);
  for (const kind of ['flowschemas', 'prioritylevelconfigurations']) {
    const { items } = (await scene.ask('GET', `${objects}/${kind}`)).body as {
      items: { metadata: { name: string; uid: string } }[];
    };
    for (const { metadata } of items) names.set(metadata.uid, metadata.name);
  }
  return ['flowschema', 'prioritylevel'].map((k) => names.get(headers[`x-kubernetes-pf-${k}-uid`])).join(' ');
}

const aLevel = (name: string, limited: object) => ({
  metadata: { name },
  spec: { type: 'Limited', limited: { nominalConcurrencyShares: 10, limitResponse: { type: 'Reject' }, ...limited } },
});
const aSchema = (name: string, level: string, matchingPrecedence: number, user: string) => ({
  metadata: { name },
  spec: {
    priorityLevelConfiguration: { name: level },
    matchingPrecedence,
    rules: [
      {
        subjects: [{ kind: 'User', user: { name: user } }],
        resourceRules: [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'], namespaces: ['*'], clusterScope: true }],
      },
    ],
  },
});

const metric = async (scene: ServerScene, name: string) =>
  (await scene.ask('GET', '/metrics')).text.split('\n').filter((l) => l.startsWith(`apiserver_flowcontrol_${name}`));

test('every answer says where its request belonged', () =>
  within({ authorizers: AuthorizerChain.of(['RBAC'], new Registry()) }, async (scene) => {
    const table: [user: UserInfo, path: string, want: string][] = [
      [admin, maps, 'exempt exempt'],
      [admin, '/metrics', 'exempt exempt'],
      [admin, '/nowhere', 'exempt exempt'],
      [ada, maps, 'global-default global-default'],
      [ada, '/healthz', 'probes exempt'],
      [ada, `${maps}?watch=1`, 'global-default global-default'],
      [aUser('system:node:n', 'system:nodes'), '/api/v1/nodes/n', 'system-node-high node-high'],
      [aUser('system:node:n', 'system:nodes'), '/api/v1/pods', 'system-nodes system'],
      [aUser('system:kube-scheduler'), maps, 'kube-scheduler workload-high'],
      [{ name: 'x', groups: [], extra: {} }, maps, 'catch-all catch-all'],
      // Connections that last have no place.
      [ada, '/api/v1/namespaces/default/pods/p/log', '- -'],
    ];
    for (const [user, path, want] of table) {
      const { headers } = await scene.ask('GET', path, undefined, { user });
      assert.equal(await placeOf(scene, headers), want, `${user.name} ${path}`);
    }
    const stranger = await scene.ask('GET', maps, undefined, { user: null, headers: { authorization: 'Bearer odd' } });
    assert.deepEqual([stranger.status, await placeOf(scene, stranger.headers)], [401, '- -']);
  }));

test('without it answers say nothing, and its pages are not there', () =>
  within({ priorityAndFairness: false }, async (scene) => {
    assert.equal(await placeOf(scene, (await scene.ask('GET', maps)).headers), '- -');
    assert.equal((await scene.ask('GET', '/debug/api_priority_and_fairness/dump_queues')).status, 404);
    assert.deepEqual(await metric(scene, ''), []);
  }));

test('levels and schemas count as soon as they are written, the first by precedence and name', () =>
  within({}, async (scene) => {
    const place = async () => {
      const { headers, status } = await scene.ask('GET', maps, undefined, { user: ada });
      return [await placeOf(scene, headers), status];
    };
    const write = async (method: string, path: string, body?: unknown, headers = {}) => {
      const { status, message } = await scene.ask(method, `${objects}/${path}`, body, { headers });
      assert.ok(status < 300, message);
    };
    await write('POST', 'flowschemas', aSchema('b', 'mine', 700, 'ada'));
    // It leads nowhere.
    assert.deepEqual(await place(), ['global-default global-default', 200]);
    await write('POST', 'prioritylevelconfigurations', aLevel('mine', {}));
    assert.deepEqual(await place(), ['b mine', 200]);
    await write('POST', 'flowschemas', aSchema('a', 'mine', 700, 'ada'));
    assert.deepEqual(await place(), ['a mine', 200]);
    await write('POST', 'flowschemas', aSchema('z', 'workload-low', 699, '*'));
    assert.deepEqual(await place(), ['z workload-low', 200]);
    await write('DELETE', 'flowschemas/z');
    const merge = { 'content-type': 'application/merge-patch+json' };
    await write('PATCH', 'flowschemas/a', { spec: { matchingPrecedence: 800 } }, merge);
    assert.deepEqual(await place(), ['b mine', 200]);
    // Shares are of all levels' together: 25 of 255, and 600 seats.
    const before = await metric(scene, 'nominal_limit_seats{priority_level="mine"}');
    await write(
      'PATCH',
      'prioritylevelconfigurations/mine',
      { spec: { limited: { nominalConcurrencyShares: 25 } } },
      merge,
    );
    const after = await metric(scene, 'nominal_limit_seats{priority_level="mine"}');
    assert.deepEqual(
      [...before, ...after].map((l) => l.split(' ')[1]),
      ['24', '56'],
    );
    await write('DELETE', 'prioritylevelconfigurations/mine');
    assert.deepEqual(await place(), ['global-default global-default', 200]);
  }));

test('what is mandatory works whether or not it is there', () =>
  within({}, async (scene) => {
    for (const path of ['flowschemas/exempt', 'flowschemas/catch-all', 'prioritylevelconfigurations/exempt'])
      assert.equal((await scene.ask('DELETE', `${objects}/${path}`)).status, 200);
    const { headers } = await scene.ask('GET', maps);
    assert.deepEqual(
      [headers['x-kubernetes-pf-flowschema-uid'], headers['x-kubernetes-pf-prioritylevel-uid']],
      ['', ''],
    );
    const levels = (await scene.ask('GET', '/debug/api_priority_and_fairness/dump_priority_levels')).text;
    assert.match(levels, /\nexempt, +0, +false, +false, +0, +1, /);
  }));

/** Everybody but the exempt at one level with three seats, which neither lends nor borrows. */
async function tighten(scene: ServerScene): Promise<void> {
  const queuing = { queues: 64, handSize: 4, queueLengthLimit: 50 };
  const level = { lendablePercent: 0, borrowingLimitPercent: 0, limitResponse: { type: 'Queue', queuing } };
  const schema = aSchema('all', 'tight', 700, '*');
  const spec = { ...schema.spec, distinguisherMethod: { type: 'ByUser' } };
  await scene.ask('POST', `${objects}/prioritylevelconfigurations`, aLevel('tight', level));
  assert.equal((await scene.ask('POST', `${objects}/flowschemas`, { ...schema, spec })).status, 201);
}
const small = { limits: { readOnly: 40, mutating: 20 } };

test('at a level that is full requests wait, everybody in queues of their own, and the exempt go on', () =>
  within(small, async (scene) => {
    await tighten(scene);
    const go = hang(scene);
    const order: string[] = [];
    const send = (user: UserInfo) =>
      outside(scene, 'GET', `${maps}/none`, { user }).answer.then(
        ({ status }) => void order.push(`${user.name} ${status}`),
      );
    const flood = Array.from({ length: 120 }, () => send(ada));
    const one = send(bob);
    const waiting = async () => Number((await metric(scene, 'current_inqueue_requests{'))[0]!.split(' ')[1]);
    assert.ok((await waiting()) > 110);
    assert.equal((await scene.ask('GET', '/version')).status, 200);
    const rows = (await scene.ask('GET', '/debug/api_priority_and_fairness/dump_requests?includeRequestDetails=1'))
      .text;
    assert.match(rows, /\ntight, +all, +\d+, +0, +bob, .* 0001-01-01T00:00:00Z, +bob, +get, /);
    assert.match(rows, /\ntight, +all, +\d+, +-1, +ada, /);
    go();
    await Promise.all([...flood, one]);
    assert.equal(await waiting(), 0);
    assert.ok(order.indexOf('bob 404') < 30, `bob was answered after ${order.indexOf('bob 404')} of ada's`);
    assert.deepEqual([...new Set(order)].sort(), ['ada 404', 'bob 404']);
  }));

test('a request waits for a quarter of its time and is told when to come back', () =>
  within(small, async (scene) => {
    await tighten(scene);
    const served = (await scene.ask('GET', maps, undefined, { user: bob })).headers;
    assert.equal(await placeOf(scene, served), 'all tight');
    const go = hang(scene);
    const first = Array.from({ length: 3 }, () => outside(scene, 'GET', `${maps}/none`, { user: ada }));
    const table: [path: string, waitMs: number][] = [
      [maps, 15_000],
      [`${maps}?timeout=8s`, 2000],
      [`${maps}?timeout=10m`, 15_000],
      [`${maps}?watch=1`, 15_000],
    ];
    for (const [path, waitMs] of table) {
      const { answer } = outside(scene, 'GET', path, { user: bob });
      let isOver = false;
      void answer.then(() => (isOver = true));
      await scene.clock.advance(waitMs - 1);
      assert.equal(isOver, false, path);
      await scene.clock.advance(1);
      const { status, headers, body } = await answer;
      assert.deepEqual([status, headers['content-type']], [429, 'text/plain; charset=utf-8'], path);
      assert.match(String(headers['retry-after']), /^\d+$/);
      assert.equal(
        body.type === 'bytes' && Buffer.concat([...body.pieces]).toString(),
        'Too many requests, please try again later.\n',
      );
      for (const id of ['flowschema', 'prioritylevel'])
        assert.equal(headers[`x-kubernetes-pf-${id}-uid`], served[`x-kubernetes-pf-${id}-uid`]);
    }
    const refused = await metric(scene, 'rejected_requests_total');
    assert.ok(
      refused.some((l) => l.includes('reason="time-out"')),
      refused.join('\n'),
    );
    go();
    for (const { answer } of first) assert.equal((await answer).status, 404);
  }));

test('who is gone waits no longer', () =>
  within(small, async (scene) => {
    await tighten(scene);
    const go = hang(scene);
    const all = Array.from({ length: 20 }, () => outside(scene, 'GET', `${maps}/none`, { user: ada }));
    const waiting = async () => (await metric(scene, 'current_inqueue_requests{'))[0]!.split(' ')[1];
    assert.notEqual(await waiting(), '0');
    for (const { leave } of all) leave();
    await scene.clock.settle();
    assert.equal(await waiting(), '0');
    go();
    await Promise.all(all.map(({ answer }) => answer));
    const executing = await metric(scene, 'current_executing_requests{flow_schema="all"');
    assert.deepEqual(
      executing.map((l) => l.split(' ')[1]),
      ['0'],
    );
  }));

test('a watch has its seat until it has told what there is, and counts for writes until it is over', () =>
  within({}, async (scene) => {
    await scene.ask('POST', maps, { metadata: { name: 'm' } });
    const state = async () =>
      (await metric(scene, 'current_executing_requests{flow_schema="global-default"'))
        .map((l) => l.split(' ')[1])
        .join();
    const watches = [];
    for (let i = 0; i < 12; i++) watches.push(outside(scene, 'GET', `${maps}?watch=1`, { user: ada }));
    const answers = await Promise.all(watches.map(({ answer }) => answer));
    assert.equal(await state(), '12');
    for (const { body } of answers) {
      assert.equal(body.type, 'stream');
      if (body.type !== 'stream') continue;
      const chunks = body.chunks[Symbol.asyncIterator]();
      await chunks.next();
      void chunks.next();
    }
    await scene.clock.settle();
    assert.equal(await state(), '0');
    // Two seats for twelve watchers, after the answer.
    await scene.ask('POST', maps, { metadata: { name: 'n' } }, { user: bob });
    assert.deepEqual(
      (await metric(scene, 'current_executing_seats{flow_schema="global-default"')).map((l) => l.split(' ')[1]),
      ['2'],
    );
    await scene.clock.advance(5);
    assert.deepEqual(
      (await metric(scene, 'current_executing_seats{flow_schema="global-default"')).map((l) => l.split(' ')[1]),
      ['0'],
    );
    for (const { leave } of watches) leave();
    await scene.ask('POST', maps, { metadata: { name: 'o' } }, { user: bob });
    const seats = await metric(scene, 'work_estimated_seats_sum{flow_schema="global-default"');
    assert.equal(seats[0]!.split(' ')[1], String(12 + 2 + 1));
  }));

test('a list of much is wide', () =>
  within({}, async (scene) => {
    for (let i = 0; i < 5; i++)
      await scene.ask('POST', maps, { metadata: { name: `m${i}` }, data: { k: 'x'.repeat(90_000) } });
    await scene.ask('GET', maps, undefined, { user: ada });
    const sum = await metric(scene, 'work_estimated_seats_sum{flow_schema="global-default"');
    assert.equal(sum[0]!.split(' ')[1], '5');
  }));

test('a busy level borrows from those that are idle, every ten seconds anew', () =>
  within(small, async (scene) => {
    const limit = async () =>
      Number((await metric(scene, 'current_limit_seats{priority_level="global-default"}'))[0]!.split(' ')[1]);
    const first = await limit();
    const go = hang(scene);
    const all = Array.from({ length: 60 }, () => outside(scene, 'GET', `${maps}/none`, { user: ada }));
    await scene.clock.advance(10_001);
    const busy = await limit();
    assert.ok(busy > first, `${first} → ${busy}`);
    go();
    await Promise.all(all.map(({ answer }) => answer));
    for (let i = 0; i < 60; i++) await scene.clock.advance(10_000);
    assert.ok((await limit()) < busy);
  }));

test('metrics are upstream’s', () =>
  within(small, async (scene) => {
    await tighten(scene);
    const go = hang(scene);
    const all = [1, 2, 3, 4, 5, 6].map(() => outside(scene, 'GET', `${maps}/none`, { user: ada }));
    all.push(outside(scene, 'POST', maps, { user: ada, body: {} }));
    await scene.clock.advance(16_000);
    go();
    await Promise.all(all.map(({ answer }) => answer));
    const text = (await scene.ask('GET', '/metrics')).text;
    const found = [...text.matchAll(/^# TYPE apiserver_flowcontrol_(\S+) (\S+)$/gm)].map(([, name, type]) => {
      const line = text.split('\n').find((l) => l.startsWith(`apiserver_flowcontrol_${name}`)) ?? '';
      const labels = [...line.matchAll(/(\w+)="/g)].map(([, label]) => label).filter((label) => label !== 'le');
      return `${name} ${type} ${labels.toSorted((a = '', b = '') => a.localeCompare(b)).join()}`.trim();
    });
    assert.deepEqual(
      found.sort(),
      wantedMetrics
        .trim()
        .split('\n')
        .map((l) => l.trim())
        .sort(),
    );
  }));

const wantedMetrics = `
  current_executing_requests gauge flow_schema,priority_level
  current_executing_seats gauge flow_schema,priority_level
  current_inqueue_requests gauge flow_schema,priority_level
  current_inqueue_seats gauge flow_schema,priority_level
  current_limit_seats gauge priority_level
  current_r gauge priority_level
  demand_seats histogram priority_level
  demand_seats_average gauge priority_level
  demand_seats_high_watermark gauge priority_level
  demand_seats_smoothed gauge priority_level
  demand_seats_stdev gauge priority_level
  dispatch_r gauge priority_level
  dispatched_requests_total counter flow_schema,priority_level
  epoch_advance_total counter
  latest_s gauge priority_level
  lower_limit_seats gauge priority_level
  next_discounted_s_bounds gauge bound,priority_level
  next_s_bounds gauge bound,priority_level
  nominal_limit_seats gauge priority_level
  priority_level_request_utilization histogram phase,priority_level
  priority_level_seat_utilization histogram phase,priority_level
  read_vs_write_current_requests histogram phase,request_kind
  rejected_requests_total counter flow_schema,priority_level,reason
  request_dispatch_no_accommodation_total counter
  request_execution_seconds histogram flow_schema,priority_level,type
  request_queue_length_after_enqueue histogram flow_schema,priority_level
  request_wait_duration_seconds histogram execute,flow_schema,priority_level
  seat_fair_frac gauge
  target_seats gauge priority_level
  upper_limit_seats gauge priority_level
  watch_count_samples histogram flow_schema,priority_level
  work_estimated_seats histogram flow_schema,priority_level
`;

test('pages for whoever looks into it have upstream’s columns', () =>
  within({}, async (scene) => {
    const page = async (name: string) => {
      const { headers, text } = await scene.ask('GET', `/debug/api_priority_and_fairness/dump_${name}`);
      assert.equal(headers['content-type'], 'text/plain; charset=utf-8');
      return text.trimEnd().split('\n');
    };
    const levels = await page('priority_levels');
    assert.equal(
      levels[0],
      'PriorityLevelName, ActiveQueues, IsIdle, IsQuiescing, WaitingRequests, ExecutingRequests, DispatchedRequests, RejectedRequests, TimedoutRequests, CancelledRequests',
    );
    assert.equal(
      levels[1],
      'catch-all,         0,            true,   false,       0,               0,                 0,                  0,                0,                0',
    );
    assert.equal(levels.length, 9);
    const queues = await page('queues');
    assert.equal(
      queues[0],
      'PriorityLevelName, Index,  PendingRequests, ExecutingRequests, SeatsInUse, NextDispatchR, InitialSeatsSum, MaxSeatsSum, TotalWorkSum',
    );
    assert.equal(
      queues[1],
      'global-default,    0,      0,               0,                 0,          0.00000000ss,  0,               0,           0.00000000ss',
    );
    assert.equal(queues.length, 1 + 3 * 128 + 2 * 64 + 16);
    const [columns, row] = await page('requests?includeRequestDetails=1');
    assert.match(
      columns!,
      /^PriorityLevelName, FlowSchemaName, QueueIndex, RequestIndexInQueue, FlowDistingsher, ArriveTime, +InitialSeats, FinalSeats, AdditionalLatency, StartTime, +UserName, Verb, {3}APIPath, +Namespace, Name, {3}APIVersion, Resource, SubResource$/,
    );
    assert.match(
      row!,
      /^exempt, +exempt, +-1, +-1, +, +2026-01-01T00:00:00Z, 1, +0, +0s, +2026-01-01T00:00:00Z, admin, +get, +\/debug\/api_priority_and_fairness\/dump_requests, , +, +, +,$/,
    );
    assert.equal((await scene.ask('GET', '/debug/api_priority_and_fairness/dump_nothing')).status, 404);
  }));
