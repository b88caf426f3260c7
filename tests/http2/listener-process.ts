/** A listener in a process of its own, whose memory can be asked for. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock, systemRandom } from '@tiphys/sdk/runtime';
import { listen } from 'tiphys/apiserver';
import { Pki } from 'tiphys/pki';
import { TestServed } from './served.ts';

/** What the process tells, once it listens and whenever it is sent anything. */
export interface ListenerState {
  readonly port: number;
  /** Bytes that are in use, those outside of the heap too. */
  readonly memory: number;
  readonly running: number;
  readonly mostRunning: number;
}

const dir = mkdtempSync(join(tmpdir(), 'tiphys-http2-'));
const pki = new Pki(dir, { clock: systemClock, random: systemRandom }, { serverNames: ['127.0.0.1'] });
rmSync(dir, { recursive: true });
const served = new TestServed();
const { port } = await listen(served, {
  clock: systemClock,
  port: 0,
  ...pki.apiserver,
  clientCa: pki.ca.cert,
  compresses: false,
});

const tell = async () => {
  // What a buffer took is given back at the second chance.
  globalThis.gc!();
  await systemClock.yield();
  globalThis.gc!();
  const { heapUsed, external } = process.memoryUsage();
  const { running, mostRunning } = served;
  process.send!({ port, memory: heapUsed + external, running, mostRunning } satisfies ListenerState);
};
process.on('message', () => void tell());
process.on('disconnect', () => process.exit());
await tell();
