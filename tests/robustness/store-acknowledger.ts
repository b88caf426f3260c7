import { writeSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock } from '@tiphys/sdk/runtime';
import { open } from 'lmdb';
import { LmdbBackend } from 'tiphys/store';

// Writes values that are easy to find in a trace of its system calls, and says `ack VALUE` when the store has acknowledged
// one. `careless` stands for an engine that leaves syncing to the system.
const [path = '', engine] = process.argv.slice(2);
const put = engine === 'careless' ? careless() : await embedded();

async function embedded(): Promise<(key: string, value: Buffer) => Promise<unknown>> {
  const store = await LmdbBackend.open(path, { clock: systemClock });
  return (key, value) => store.txn({ success: [{ op: 'put', key, value }] });
}

function careless(): (key: string, value: Buffer) => Promise<unknown> {
  const store = open<Buffer, string>({ path: join(path, 'careless'), encoding: 'binary', noSync: true });
  return (key, value) => store.put(key, value);
}

async function write(writer: number): Promise<void> {
  for (let i = 0; i < 25; i++) {
    const value = `value-${writer}-${i}-end`;
    await put(`/${writer}/${i}`, Buffer.from(value));
    writeSync(1, `ack ${value}\n`);
  }
}

await Promise.all(Array.from({ length: 4 }, (_, i) => write(i)));
process.exit();
