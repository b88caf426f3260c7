import { closeSync, linkSync, openSync, renameSync, rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { systemClock } from '@tiphys/sdk/runtime';
import { Failure } from './failure.ts';

export interface Lock {
  release(): void;
}

/**
 * Holds a directory for one process. The lock is a socket that its owner listens on: it dies with the owner however that
 * ends, is found by whoever sees the directory (other network and process namespaces too), and tells who holds it.
 */
export async function lockDirectory(dir: string): Promise<Lock> {
  // Through a descriptor, since the path of a socket may have no more than 107 bytes.
  const fd = openSync(dir, 'r');
  const at = (name: string) => (process.platform === 'linux' ? `/proc/self/fd/${fd}/${name}` : join(dir, name));
  const [lock, own, dead] = [at('lock'), at(`lock.${process.pid}`), at(`lock.${process.pid}.dead`)];
  const server = createServer((socket) => {
    socket.on('error', () => socket.destroy());
    socket.end(String(process.pid));
  });
  const end = () => {
    server.close();
    for (const path of [own, dead]) rmSync(path, { force: true });
    closeSync(fd);
  };
  rmSync(own, { force: true });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(own, resolve);
  });
  server.unref();
  let holder: string | undefined;
  if (!tryLink(own, lock)) {
    holder = await holderOf(lock);
    if (holder === undefined) {
      // What is moved away may be another's who came between; then it goes back.
      renameSync(lock, dead);
      holder = await holderOf(dead);
      if (holder !== undefined) tryLink(dead, lock);
      else if (!tryLink(own, lock)) holder = await holderOf(lock);
    }
  }
  if (holder === undefined) {
    rmSync(own);
    return {
      release: () => {
        rmSync(lock, { force: true });
        end();
      },
    };
  }
  end();
  throw new Failure(
    `the data directory ${dir} is in use${holder ? ` by process ${holder}` : ''}: ` +
      `stop that with "tiphys down --data-dir ${dir}", or choose another with --data-dir`,
  );
}

/** A name either appears whole or is somebody else's already. */
function tryLink(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (err) {
    if ((err as NodeJS.ErrnoException).code !== 'EEXIST') throw err;
    return false;
  }
}

/** A stopped process holds its lock too, and says nothing. */
const answerWithinMs = 1000;

/** What the owner says of itself; undefined when there is none. */
function holderOf(path: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    let said = '';
    const socket = connect(path);
    const cancel = systemClock.after(answerWithinMs, () => socket.destroy());
    socket.setEncoding('utf8');
    socket.on('data', (text: string) => (said += text));
    socket.once('error', () => resolve(undefined));
    socket.once('close', () => {
      cancel();
      resolve(said);
    });
  });
}
