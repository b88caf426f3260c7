import assert from 'node:assert/strict';
import { test } from 'node:test';
import { IncomingBody, noBody } from './request-body.ts';

function reader() {
  const heard: string[] = [];
  return {
    heard,
    data: (chunk: Buffer) => void heard.push(String(chunk)),
    end: () => void heard.push('end'),
    broken: () => void heard.push('broken'),
  };
}

test('a reader gets what had come and what comes; what it has had isn’t kept', () => {
  let read = 0;
  const body = new IncomingBody((bytes) => (read += bytes));
  const into = reader();
  body.data(Buffer.from('ab'));
  assert.equal(read, 0);
  body.read(into);
  assert.equal(read, 2);
  body.data(Buffer.from('cde'));
  assert.equal(read, 5);
  body.end();
  body.stop();
  assert.deepEqual(into.heard, ['ab', 'cde', 'end']);
});

test('who reads late hears how it ended', () => {
  const ended = new IncomingBody(() => {});
  ended.end();
  const broken = new IncomingBody(() => {});
  broken.stop();
  for (const [body, want] of [
    [ended, 'end'],
    [broken, 'broken'],
    [noBody, 'end'],
  ] as const) {
    const into = reader();
    body.read(into);
    assert.deepEqual(into.heard, [want]);
  }
});

test('pieces are counted as read when they are asked for, and what nobody asks for when it is over', async () => {
  let read = 0;
  const body = new IncomingBody((bytes) => (read += bytes));
  body.data(Buffer.from('ab'));
  body.data(Buffer.from('cde'));
  const pieces = body[Symbol.asyncIterator]();
  assert.equal(String((await pieces.next()).value), 'ab');
  assert.equal(read, 2);
  const [, last] = [await pieces.next(), pieces.next()];
  body.data(Buffer.from('f'));
  assert.equal(String((await last).value), 'f');
  body.data(Buffer.from('gh'));
  const then = pieces.next();
  assert.equal(String((await then).value), 'gh');
  body.data(Buffer.from('unread'));
  body.stop();
  assert.equal(read, 14);
  await assert.rejects(pieces.next(), /went away/);
});
