import type { Duplex } from 'node:stream';
import type { Clock } from '@tiphys/sdk/runtime';

const lingerMs = 5_000;
/** Upstream's: a connection on which nothing has moved for this long, not even a ping, has no one at its other end. */
export const idleMs = 4 * 60 * 60_000;

/** Closes a connection that we have said good-bye on, even if the other side never does. */
export function linger(socket: Duplex, clock: Clock): void {
  if (socket.destroyed) return;
  const cancel = clock.after(lingerMs, () => socket.destroy());
  socket.once('close', cancel);
}

type Counting = Duplex & { readonly bytesRead?: number; readonly bytesWritten?: number };

/** Closes a socket that has been idle for at least `idleMs`, and less than twice that. A pipe in memory can't lose its other end. */
export function endWhenIdle(socket: Counting, clock: Clock): void {
  const moved = () => (socket.bytesRead ?? 0) + (socket.bytesWritten ?? 0);
  if (socket.bytesRead === undefined) return;
  let cancel = () => {};
  const look = (before: number) => {
    cancel = clock.after(idleMs, () => {
      if (moved() === before) socket.destroy();
      else look(moved());
    });
  };
  look(moved());
  socket.once('close', () => cancel());
}
