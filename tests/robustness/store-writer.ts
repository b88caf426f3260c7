import { writeSync } from 'node:fs';
import { once } from 'node:events';
import { seededRandom, systemClock } from '@tiphys/sdk/runtime';
import { LmdbBackend, type Operation } from 'tiphys/store';

// Writes to the store in a directory until it is killed, and says what has been acknowledged: a line `REVISION KEY=VALUE …`
// for each transaction (a key without a value was deleted). Begins when it is told to, so that its start costs no time.
const [path = '', seed = '1'] = process.argv.slice(2);
await once(process.stdin, 'data');

const random = seededRandom(Number(seed));
const store = await LmdbBackend.open(path, { clock: systemClock });
const say = (line: string) => writeSync(1, `${line}\n`);
let n = 0;

function operation(key: string): Operation {
  if (random.next() < 0.2) return { op: 'delete', key };
  const size = random.next() < 0.1 ? 20_000 : 500;
  return { op: 'put', key, value: Buffer.from(`${seed}.${++n}`.padEnd(Math.floor(random.next() * size), '.')) };
}

async function write(writer: number): Promise<void> {
  for (;;) {
    // Each writer has keys of its own, and two that all fight over.
    const keys = new Set([`/w/${writer}/${Math.floor(random.next() * 5)}`, `/shared/${Math.floor(random.next() * 2)}`]);
    const success = [...keys].slice(0, random.next() < 0.5 ? 1 : 2).map(operation);
    const before = store.revision;
    const { revision, items } = await store.txn({ success });
    const wrote = success.flatMap((o, i) => {
      if (!items[i] || o.op === 'get') return [];
      return o.op === 'put' ? `${o.key}=${Buffer.from(o.value).toString()}` : o.key;
    });
    if (wrote.length) say(`${revision} ${wrote.join(' ')}`);
    else if (before === revision) await systemClock.yield();
    if (random.next() < 0.01) await store.compact(revision - Math.floor(random.next() * 200));
  }
}

await Promise.all(Array.from({ length: 16 }, (_, i) => write(i)));
