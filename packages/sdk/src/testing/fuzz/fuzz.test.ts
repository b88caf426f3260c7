import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { seededRandom } from '../../runtime/index.ts';
import { fuzz } from './fuzz.ts';

const dir = mkdtempSync(join(tmpdir(), 'tiphys-fuzz-'));
after(() => rmSync(dir, { recursive: true }));
const corpus = (name: string): URL => pathToFileURL(join(dir, name));
const options = { seconds: 20, random: seededRandom(3), grows: true };

/** Breaks at three bytes, which nothing but their being right one by one leads to. */
function locked(input: Buffer): string {
  if (input[0] !== 0xc0) return 'closed';
  if (input[1] !== 0xff) return 'one';
  if (input[2] !== 0xee) return 'two';
  throw new Error('opened');
}

test('finds its way, byte by byte, to what breaks, and keeps it for the next time', async () => {
  const target = { corpus: corpus('locked'), check: locked };
  await assert.rejects(fuzz(target, options), /opened/);
  const kept = readFileSync(target.corpus, 'utf8').trim().split('\n');
  assert.ok(kept.length > 2, 'the way there is kept too');
  await assert.rejects(fuzz(target, { ...options, seconds: 0, grows: false }), /opened/);
});

test('what is given is tried first and stays', async () => {
  const seen: string[] = [];
  writeFileSync(corpus('given'), '"a\\u00ff"\n"b"\n');
  const check = (input: Buffer) => void seen.push(input.toString('latin1'));
  await fuzz({ corpus: corpus('given'), check }, { ...options, seconds: 0.2 });
  assert.deepEqual(seen.slice(0, 2), ['a\u00ff', 'b']);
  assert.equal(readFileSync(corpus('given'), 'utf8'), '"aÿ"\n"b"\n');
});

test('what takes too long is found as well', async () => {
  const check = () => {
    const start = process.cpuUsage();
    const busy = ({ user, system }: NodeJS.CpuUsage) => user + system < 2.1e6;
    while (busy(process.cpuUsage(start)));
  };
  await assert.rejects(
    fuzz({ corpus: corpus('slow'), check }, { ...options, seconds: 0, grows: false }),
    /it took 2\d+ ms/,
  );
});

test('an input is drawn out now and then, so that more than linear time shows', async () => {
  let longest = 0;
  const check = (input: Buffer) => void (longest = Math.max(longest, input.length));
  await fuzz({ corpus: corpus('long'), check }, { ...options, seconds: 0.5, grows: false });
  assert.equal(longest, 65_536);
});

test('what leaves something on every object is found as well', async () => {
  const prototype = Object.prototype as Record<string, unknown>;
  const check = () => void (prototype['polluted'] = 1);
  await assert.rejects(fuzz({ corpus: corpus('polluting'), check }, options), /every object has a field polluted/);
  delete prototype['polluted'];
});

test('a long run says what it did', async () => {
  const told: string[] = [];
  const tell = (summary: string) => void told.push(summary);
  await fuzz({ corpus: corpus('told'), check: (input) => input.length > 3 }, { ...options, seconds: 0.2, tell });
  assert.match(told.join(), /^told: \d{2,} inputs in 0\.2 s reached \d+ functions, \d+ of them whole; \d kept/);
});
