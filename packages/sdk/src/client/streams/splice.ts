import type { Duplex } from 'node:stream';

/**
 * Passes bytes both ways at the pace of the slower side, each way until its end. When one side breaks off, so does the other. Two
 * `pipeline`s would do the same with three times the listeners, more than a TLS connection has room for.
 */
export function splice(a: Duplex, b: Duplex): void {
  a.pipe(b);
  b.pipe(a);
  follow(a, b);
  follow(b, a);
}

function follow(one: Duplex, other: Duplex): void {
  // What has said all may still fail at being told more; its close follows.
  one.once('error', () => {
    if (!one.readableEnded) other.destroy();
  });
  one.once('close', () => {
    if (!one.readableEnded) other.destroy();
    // It has said all and hears no more: the other is done once it has passed that on.
    else if (other.writableFinished) leave(other);
    else other.once('finish', () => leave(other));
  });
}

/**
 * Hears the other end out, though nobody listens any more. Closing a socket on words that weren't read resets it, and its other
 * end would lose what it was told last, such as how a command ended.
 */
function leave(side: Duplex): void {
  if (side.readableEnded) side.destroy();
  else side.once('end', () => side.destroy()).resume();
}
