import type { Duplex } from 'node:stream';
import type { Clock } from '@tiphys/sdk/runtime';

const lingerMs = 5_000;

/** Closes a connection that we have said good-bye on, even if the other side never does. */
export function linger(socket: Duplex, clock: Clock): void {
  if (socket.destroyed) return;
  const cancel = clock.after(lingerMs, () => socket.destroy());
  socket.once('close', cancel);
}
