import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nullLogger, Registry } from '@tiphys/sdk/runtime';
import { SimClock } from '@tiphys/sdk/testing';
import { type Backend, forgiving, lostTo, union } from './backend.ts';
import { type BatchOptions, Batching } from './batching.ts';
import type { AuditEvent } from './event.ts';
import { logBackend, type Output } from './log-backend.ts';
import { AuditMetrics } from './metrics.ts';
import { truncating } from './truncate.ts';

const anEvent = (auditID: string, more: Partial<AuditEvent> = {}): AuditEvent => ({
  level: 'RequestResponse',
  auditID,
  stage: 'ResponseComplete',
  requestURI: '/',
  verb: 'get',
  user: {},
  requestReceivedTimestamp: '',
  stageTimestamp: '',
  ...more,
});
const some = (...ids: number[]) => ids.map((id) => anEvent(String(id)));

/** What a backend was given, a list of ids each time; it arrives when `arrive` says so. */
class Seen implements Backend {
  readonly batches: string[][] = [];
  readonly events: AuditEvent[] = [];
  isClosed = false;
  arrive: () => boolean | Promise<boolean> = () => true;

  process(events: readonly AuditEvent[]): boolean | Promise<boolean> {
    this.batches.push(events.map((e) => e.auditID));
    this.events.push(...events);
    return this.arrive();
  }

  close(): Promise<void> {
    this.isClosed = true;
    return Promise.resolve();
  }
}

function counting() {
  const registry = new Registry();
  const lost = lostTo(new AuditMetrics(registry), nullLogger);
  const errors = async () => (await registry.metrics()).match(/^apiserver_audit_error_total\{.*$/gm) ?? [];
  return { lost, errors };
}

const ordinary: BatchOptions = { bufferSize: 100, maxBatchSize: 3, maxWaitMs: 1000, isAsync: true };

function batching(options: Partial<BatchOptions> = {}) {
  const seen = new Seen();
  const clock = new SimClock();
  const { lost, errors } = counting();
  return { seen, clock, errors, backend: new Batching(seen, { ...ordinary, ...options }, { clock, lost }) };
}

test('a batch goes out when it is full', async () => {
  const { seen, clock, backend } = batching();
  backend.process(some(1, 2));
  await clock.advance(10);
  assert.deepEqual(seen.batches, []);
  backend.process(some(3, 4));
  await clock.advance(10);
  assert.deepEqual(seen.batches, [['1', '2', '3']]);
});

test('a batch goes out when it has waited', async () => {
  const { seen, clock, backend } = batching();
  await clock.advance(500);
  backend.process(some(1));
  await clock.advance(499);
  assert.deepEqual(seen.batches, []);
  await clock.advance(2);
  assert.deepEqual(seen.batches, [['1']]);
});

test('events by themselves go out at once, one after the other', async () => {
  const { seen, clock, backend } = batching({ maxBatchSize: 1, isAsync: false });
  backend.process(some(1, 2));
  backend.process(some(3));
  await clock.advance(0);
  assert.deepEqual(seen.batches, [['1'], ['2'], ['3']]);
});

test('batches are throttled', async () => {
  const { seen, clock, backend } = batching({ maxBatchSize: 1, throttle: { qps: 2, burst: 2 } });
  backend.process(some(1, 2, 3, 4));
  await clock.advance(100);
  assert.equal(seen.batches.length, 2);
  await clock.advance(500);
  assert.equal(seen.batches.length, 3);
  await clock.advance(500);
  assert.equal(seen.batches.length, 4);
});

test('what doesn’t fit the buffer is lost, and counted', async () => {
  const { seen, clock, errors, backend } = batching({ bufferSize: 2 });
  assert.equal(backend.process(some(1, 2, 3, 4)), true);
  await clock.advance(1000);
  assert.deepEqual(seen.batches, [['1', '2']]);
  assert.deepEqual(await errors(), ['apiserver_audit_error_total{plugin="buffered"} 2']);
});

test('all that waits goes out at the end, and nothing is taken after it', async () => {
  const { seen, clock, errors, backend } = batching();
  const arriving: (() => void)[] = [];
  seen.arrive = () => new Promise((resolve) => arriving.push(() => resolve(true)));
  backend.process(some(1, 2, 3, 4));
  let isOver = false;
  const closed = backend.close().then(() => (isOver = true));
  await clock.advance(0);
  assert.deepEqual(seen.batches, [['1', '2', '3'], ['4']]);
  assert.equal(isOver, false);
  backend.process(some(5));
  assert.deepEqual(await errors(), ['apiserver_audit_error_total{plugin="buffered"} 1']);
  for (const arrive of arriving) arrive();
  await closed;
  assert.ok(seen.isClosed);
  assert.equal(seen.batches.length, 2);
});

test('large events lose their objects, and larger ones go', async () => {
  const seen = new Seen();
  const { lost, errors } = counting();
  const backend = truncating(seen, { maxEventBytes: 500, maxBatchBytes: 10_000 }, lost);
  const large = JSON.stringify('x'.repeat(600));
  const objects = { requestObject: large, responseObject: '"y"' };
  const arrived = await backend.process([
    anEvent('1', { requestObject: '"small"' }),
    anEvent('2', { ...objects, annotations: { a: 'b' } }),
    anEvent('3', { annotations: { a: 'z'.repeat(600) } }),
    // Of what tells of metadata alone nothing can be left out.
    anEvent('4', { level: 'Metadata', ...objects }),
  ]);
  assert.equal(arrived, true);
  assert.deepEqual(seen.batches, [['1', '2']]);
  assert.equal(seen.events[0]!.requestObject, '"small"');
  assert.deepEqual(seen.events[1], anEvent('2', { annotations: { a: 'b', 'audit.k8s.io/truncated': 'true' } }));
  assert.deepEqual(await errors(), ['apiserver_audit_error_total{plugin="truncate"} 2']);
});

test('batches that would be too large are split', async () => {
  const seen = new Seen();
  const backend = truncating(seen, { maxEventBytes: 400, maxBatchBytes: 500 }, counting().lost);
  await backend.process(some(1, 2, 3, 4, 5));
  assert.ok(seen.batches.length > 1);
  assert.deepEqual(seen.batches.flat(), ['1', '2', '3', '4', '5']);
});

test('several backends are told, and failing matters where it is to', async () => {
  const [good, bad] = [new Seen(), new Seen()];
  bad.arrive = () => false;
  assert.equal(await union([good, bad]).process(some(1)), false);
  assert.equal(await union([forgiving(bad), good]).process(some(2)), true);
  assert.deepEqual(
    [good.batches, bad.batches].map((b) => b.flat()),
    [
      ['1', '2'],
      ['1', '2'],
    ],
  );
  await union([good, bad]).close();
  assert.ok(good.isClosed && bad.isClosed);
});

test('each event is a line; one that can’t be written is lost', async () => {
  const lines: string[] = [];
  const output: Output = {
    write: (text) =>
      text.includes('"bad"') ? Promise.reject(new Error('disk full')) : Promise.resolve(void lines.push(text)),
    close: () => Promise.resolve(),
  };
  const { lost, errors } = counting();
  const backend = logBackend(output, 'json', lost);
  assert.equal(await backend.process(some(1, 2)), true);
  assert.deepEqual(
    lines.map((line) => (JSON.parse(line) as AuditEvent).auditID),
    ['1', '2'],
  );
  assert.ok(lines.every((line) => line.endsWith('}\n')));
  assert.equal(await backend.process([anEvent('bad')]), false);
  assert.deepEqual(await errors(), ['apiserver_audit_error_total{plugin="log"} 1']);
  await logBackend(output, 'legacy', lost).process(some(3));
  assert.match(lines.at(-1)!, / AUDIT: id="3" .*\n$/);
});
