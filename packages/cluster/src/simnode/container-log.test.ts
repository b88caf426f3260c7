import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SimClock } from '@tiphys/sdk/testing';
import type { LogOptions } from '../streaming/index.ts';
import { ContainerLog } from './container-log.ts';

const never = new AbortController().signal;

async function all(log: ContainerLog, options: LogOptions = {}, signal = never): Promise<string> {
  let text = '';
  for await (const piece of log.read({ ...options, signal })) text += Buffer.from(piece).toString();
  return text;
}

test('a log is read as its options ask', async () => {
  const clock = new SimClock();
  const log = new ContainerLog(clock);
  const say = (stream: 'Stdout' | 'Stderr', text: string) => log.write(stream, Buffer.from(text));
  say('Stdout', 'one\ntw');
  say('Stderr', 'oops\n');
  say('Stdout', 'o\n');
  await clock.advance(10_000);
  say('Stdout', 'three\nrest');
  const cases: [options: LogOptions, want: string][] = [
    [{}, 'one\noops\ntwo\nthree\n'],
    [{ tailLines: 2 }, 'two\nthree\n'],
    [{ tailLines: 0 }, ''],
    [{ stream: 'Stderr' }, 'oops\n'],
    [{ stream: 'Stdout', tailLines: 2 }, 'two\nthree\n'],
    [{ sinceSeconds: 5 }, 'three\n'],
    [{ limitBytes: 5 }, 'one\no'],
  ];
  for (const [options, want] of cases) assert.equal(await all(log, options), want, JSON.stringify(options));
  assert.match(await all(log, { timestamps: true, tailLines: 1 }), /^\d{4}-\d\d-\d\dT\S+Z three\n$/);
  log.close();
  assert.equal(await all(log, { tailLines: 1 }), 'rest\n', 'what the end left without a line break');
});

test('who follows hears everything until the end, or until they go', async () => {
  const log = new ContainerLog(new SimClock());
  log.write('Stdout', Buffer.from('before\n'));
  const followed = all(log, { follow: true });
  const controller = new AbortController();
  const left = all(log, { follow: true, tailLines: 0 }, controller.signal);
  log.write('Stdout', Buffer.from('during\n'));
  await new Promise((resolve) => setTimeout(resolve));
  controller.abort();
  log.write('Stdout', Buffer.from('after\n'));
  log.close();
  assert.equal(await followed, 'before\nduring\nafter\n');
  assert.equal(await left.catch(() => 'gone'), 'during\n');
});

test('older lines make room', async () => {
  const log = new ContainerLog(new SimClock());
  const wide = `${'x'.repeat(1000)}\n`;
  for (let i = 0; i < 3000; i++) log.write('Stdout', Buffer.from(wide));
  const { length } = await all(log);
  assert.ok(length > 400_000 && length <= 1_100_000, String(length));
});
