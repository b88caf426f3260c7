import type { Readable, Writable } from 'node:stream';
import type { ExecSession } from '@tiphys/sdk/client';
import type { SessionChannels } from './channels.ts';

/** Joins a client with a process until the process ends or the client goes, at the pace of whoever is slower. */
export async function relay(channels: SessionChannels, session: ExecSession): Promise<void> {
  let isOver = false;
  void channels.gone.then(() => {
    if (!isOver) session.close();
    channels.destroy();
  });
  channels.onResize((size) => session.resize(size));
  if (channels.stdin) {
    if (session.stdin) feed(channels.stdin, session.stdin);
    else channels.stdin.resume();
  }
  const isThere = channels.gone.then(() => false);
  const outputs = Promise.all([
    session.stdout && copied(session.stdout, channels.stdout),
    session.stderr && copied(session.stderr, channels.stderr),
  ]);
  if ((await Promise.race([outputs.then(() => true), isThere])) === false) return;
  const status = await Promise.race([session.status, channels.gone]);
  if (!status) return;
  isOver = true;
  await channels.finish(status);
}

/** A process may stop reading before its client stops writing: what comes then is dropped, and disturbs nobody. */
function feed(from: Readable, to: Writable): void {
  from.pipe(to);
  const drop = () => {
    from.unpipe(to);
    from.resume();
  };
  to.once('error', drop);
  to.once('close', drop);
  // A client that broke off has still closed the process's stdin.
  from.once('close', () => to.end());
  from.once('error', () => to.end());
}

/** Resolves when all has been read, and written where there is anyone to write to; doesn't end what is written to. */
function copied(from: Readable, to: Writable | undefined): Promise<void> {
  return new Promise((resolve) => {
    from.once('end', resolve);
    from.once('close', resolve);
    from.once('error', () => resolve());
    if (!to) return void from.resume();
    from.pipe(to, { end: false });
    const drop = () => {
      from.unpipe(to);
      from.resume();
    };
    to.once('error', drop);
    to.once('close', drop);
  });
}
