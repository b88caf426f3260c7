import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Leaving } from './leaving.ts';

const why = new Error('it took too long');

test('whoever wants to know hears once that a request is over, however it ends, as the signal does', () => {
  for (const end of [(l: Leaving) => l.leave(), (l: Leaving) => l.giveUp(why)]) {
    const leaving = new Leaving();
    const heard: string[] = [];
    leaving.onceOver(() => heard.push('first'));
    leaving.onceOver(() => heard.push('second'));
    const { signal } = leaving;
    signal.addEventListener('abort', () => heard.push('signal'));
    end(leaving);
    leaving.leave();
    assert.deepEqual(heard.toSorted(), ['first', 'second', 'signal']);
    assert.ok(leaving.gone);
  }
});

test('who comes when it is over hears at once', () => {
  const leaving = new Leaving();
  leaving.giveUp(why);
  let heard = false;
  leaving.onceOver(() => (heard = true));
  assert.deepEqual(
    { heard, reason: leaving.signal.reason as unknown, gone: leaving.gone },
    { heard: true, reason: why, gone: false },
  );
});

test('who takes it back hears nothing, even while others are told', () => {
  const leaving = new Leaving();
  const heard: string[] = [];
  const take = leaving.onceOver(() => heard.push('taken back'));
  take();
  const last = leaving.onceOver(() => {
    heard.push('kept');
    last();
  });
  leaving.leave();
  assert.deepEqual(heard, ['kept']);
});
