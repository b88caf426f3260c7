import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Told, Watcher } from '../cache/watcher.ts';
import type { FanOut, Listener } from './fan-out.ts';
import { pushWatch } from './watch-push.ts';

/** A reader with room for some more chunks, told of bookmarks as their revisions. */
function pushing({ room = Infinity, chunkOf }: { room?: number; chunkOf?: () => Uint8Array } = {}) {
  const watcher = new Watcher({}, 0, { onClose: () => {} });
  const seen: string[] = [];
  let onRoom: (() => void) | undefined;
  const due: Listener[] = [];
  const revisions = (told: readonly Told[]) =>
    Buffer.from(told.map((t) => (t.type === 'BOOKMARK' ? t.revision : t.entry.revision)).join());
  pushWatch(
    watcher,
    {
      chunkOf: chunkOf ?? revisions,
      fanOut: { later: (listener) => void due.push(listener) } as Pick<FanOut, 'later'>,
    },
    {
      write: (chunk) => {
        seen.push(String(chunk));
        return --room > 0;
      },
      onceRoom: (f) => (onRoom = f),
      end: () => seen.push('end'),
      fail: (why) => seen.push(why.message),
    },
  );
  const settled = () => new Promise((resolve) => setImmediate(resolve));
  return {
    watcher,
    seen,
    tell: (revision: number) => watcher.tell({ type: 'BOOKMARK', revision }),
    turn: async () => {
      await settled();
      for (const l of due.splice(0)) l.tell();
    },
    makeRoom: (more: number) => {
      room = more;
      onRoom?.();
    },
  };
}

test('what happens between two turns goes out in one piece', async () => {
  const { watcher, seen, tell, turn } = pushing();
  for (const revision of [1, 2]) tell(revision);
  await turn();
  tell(3);
  await turn();
  await turn();
  tell(4);
  watcher.close();
  await turn();
  await turn();
  assert.deepEqual(seen, ['1,2', '3', '4', 'end']);
});

test('a reader without room is told when it has some, of all that happened since', async () => {
  const { watcher, seen, tell, turn, makeRoom } = pushing({ room: 1 });
  for (const revision of [1, 2, 3]) {
    tell(revision);
    await turn();
  }
  assert.deepEqual(seen, ['1']);
  makeRoom(5);
  await turn();
  watcher.close();
  await turn();
  assert.deepEqual(seen, ['1', '2,3', 'end']);
});

test('a reader without room is given up when too much waits for it', async () => {
  const { seen, tell, turn } = pushing({ room: 1 });
  tell(0);
  await turn();
  for (let revision = 1; revision < 5000; revision++) tell(revision);
  await turn();
  assert.deepEqual(seen, ['0', 'the reader was too slow']);
});

test('a watch whose events cannot be told fails', async () => {
  const { watcher, seen, tell, turn } = pushing({
    chunkOf: () => {
      throw new Error('not to be encoded');
    },
  });
  tell(1);
  await turn();
  assert.deepEqual(seen, ['not to be encoded']);
  let closed = false;
  watcher.onceClosed(() => (closed = true));
  assert.ok(closed);
});
