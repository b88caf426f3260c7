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
  const check = () => new Promise((resolve) => setTimeout(resolve, 2100));
  await assert.rejects(
    fuzz({ corpus: corpus('slow'), check }, { ...options, seconds: 0, grows: false }),
    /it took 2\d+ ms/,
  );
});
