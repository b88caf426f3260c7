import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { SimClock } from '@tiphys/sdk/testing';
import { RotatingFile, type RotatingFileOptions } from './rotating-file.ts';

let directory: string;
let clock: SimClock;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'audit-'));
  clock = new SimClock();
});
afterEach(() => rm(directory, { recursive: true }));

const opened = (options: Partial<RotatingFileOptions> = {}) =>
  new RotatingFile(
    { path: join(directory, 'audit.log'), maxBytes: 10, maxBackups: 0, maxAgeDays: 0, compress: false, ...options },
    clock,
  );
const names = async () => (await readdir(directory)).sort();
const textOf = (name: string) => readFile(join(directory, name), 'utf8');

/** Writes, each at a moment of its own. */
async function write(file: RotatingFile, ...texts: string[]): Promise<void> {
  for (const text of texts) {
    await file.write(text);
    await clock.advance(1000);
  }
}

test('a file that would be too large is put aside under the time', async () => {
  const file = opened();
  const began = clock.now();
  await write(file, 'one\n', 'two\n', 'three\n', 'four\n');
  await file.close();
  const aside = (seconds: number) =>
    `audit-${new Date(began + seconds * 1000).toISOString().slice(0, 23).replaceAll(':', '-')}.log`;
  assert.deepEqual(await names(), [aside(2), aside(3), 'audit.log']);
  assert.match(aside(2), /^audit-\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d\.\d{3}\.log$/);
  assert.deepEqual(await Promise.all((await names()).map(textOf)), ['one\ntwo\n', 'three\n', 'four\n']);
  assert.equal((await stat(join(directory, 'audit.log'))).mode & 0o777, 0o600);
});

test('what comes at once goes out together, in order, each in one piece', async () => {
  const file = opened({ maxBytes: 40 });
  const texts = Array.from({ length: 30 }, (_, i) => `line ${i}\n`);
  // All but the first rotation would be at the same moment.
  const all = texts.slice(0, 9).map((text) => file.write(text));
  await Promise.all(all);
  await file.close();
  const [old, current] = await Promise.all((await names()).map(textOf));
  assert.equal(`${old}${current}`, texts.slice(0, 9).join(''));
  assert.ok(old!.length <= 40 && current!.length <= 40);
});

test('an old file goes on; one that is full already is put aside first', async () => {
  await writeFile(join(directory, 'audit.log'), 'old\n');
  await write(opened(), 'new\n');
  assert.equal(await textOf('audit.log'), 'old\nnew\n');
  await write(opened(), 'newer\n');
  assert.equal(await textOf('audit.log'), 'newer\n');
  assert.equal((await names()).length, 2);
});

test('without a limit there is one file', async () => {
  await write(opened({ maxBytes: 0 }), 'a long line\n', 'another long line\n');
  assert.deepEqual(await names(), ['audit.log']);
});

test('what no file may hold is refused, and the rest goes on', async () => {
  const file = opened();
  await assert.rejects(file.write('much too long\n'), /^Error: write length 14 exceeds maximum file size 10$/);
  await write(file, 'short\n');
  assert.equal(await textOf('audit.log'), 'short\n');
});

test('no more old files are kept than there may be', async () => {
  const file = opened({ maxBackups: 2 });
  await writeFile(join(directory, 'audit-other.log'), 'somebody else’s');
  await write(file, ...['1', '2', '3', '4', '5', '6'].map((n) => `line ${n}..\n`));
  await file.close();
  const texts = await Promise.all((await names()).filter((n) => n !== 'audit-other.log').map(textOf));
  assert.deepEqual(texts, ['line 4..\n', 'line 5..\n', 'line 6..\n']);
  assert.ok((await names()).includes('audit-other.log'));
});

test('old files aren’t kept longer than they may be', async () => {
  const file = opened({ maxAgeDays: 1 });
  await write(file, 'line 1..\n', 'line 2..\n');
  await clock.advance(26 * 60 * 60 * 1000);
  await write(file, 'line 3..\n');
  await file.close();
  assert.deepEqual(await Promise.all((await names()).map(textOf)), ['line 2..\n', 'line 3..\n']);
});

test('old files are compressed', async () => {
  const file = opened({ compress: true });
  await write(file, 'line 1..\n', 'line 2..\n');
  await file.close();
  const [old, ...more] = await names();
  assert.deepEqual(more, ['audit.log']);
  assert.match(old!, /^audit-.*\.log\.gz$/);
  assert.equal(gunzipSync(await readFile(join(directory, old!))).toString(), 'line 1..\n');
});
