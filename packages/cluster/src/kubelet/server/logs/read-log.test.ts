import assert from 'node:assert/strict';
import { appendFileSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { systemClock } from '@tiphys/sdk/runtime';
import { fixedWidth } from './line-writer.ts';
import { type LogReading, readLog } from './index.ts';

const at = (second: number) => `2026-01-02T03:04:${String(second).padStart(2, '0')}.5Z`;
const line = (second: number, text: string, { stream = 'stdout', tag = 'F' } = {}) =>
  `${at(second)} ${stream} ${tag} ${text}\n`;

function aLog(t: TestContext, files: Record<string, string | Buffer>): string {
  const dir = mkdtempSync(join(tmpdir(), 'tiphys-logs-'));
  t.after(() => rmSync(dir, { recursive: true }));
  for (const [name, content] of Object.entries(files)) writeFileSync(join(dir, name), content);
  return join(dir, '0.log');
}

const never = new AbortController().signal;

async function read(path: string, options: Partial<LogReading> = {}): Promise<string> {
  let text = '';
  const ended = () => Promise.resolve();
  for await (const piece of readLog(path, { clock: systemClock, signal: never, ended, ...options })) {
    text += Buffer.from(piece).toString();
  }
  return text;
}

const lines = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, i) => line(from + i, `n${from + i}`)).join('');
const said = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => `n${from + i}\n`).join('');

describe('a container log', () => {
  const mixed =
    line(1, 'out') + line(2, 'err', { stream: 'stderr' }) + line(3, 'long ', { tag: 'P' }) + line(3, 'line') + 'junk\n';
  const cases: [name: string, options: Partial<LogReading>, want: string][] = [
    ['says what was written, parts joined, junk left out', {}, 'out\nerr\nlong line\n'],
    [
      'begins each line with its time',
      { timestamps: true },
      `${at(1).replace('.5Z', '.500000000Z')} out\n${at(2).replace('.5Z', '.500000000Z')} err\n${at(3).replace('.5Z', '.500000000Z')} long line\n`,
    ],
    ['one stream of the two', { stream: 'Stderr' }, 'err\n'],
    ['the last lines, as the file counts them', { tailLines: 3 }, 'long line\n'],
    ['none of the last lines', { tailLines: 0 }, ''],
    ['more lines than there are', { tailLines: 100 }, 'out\nerr\nlong line\n'],
    ['since a time', { sinceTime: at(2) }, 'err\nlong line\n'],
    ['not more than so many bytes', { limitBytes: 6 }, 'out\ner'],
  ];
  for (const [name, options, want] of cases) {
    it(name, async (t) => assert.equal(await read(aLog(t, { '0.log': mixed }), options), want));
  }

  const files = {
    '0.log': lines(7, 9),
    '0.log.20260102-030406': lines(4, 6),
    '0.log.20260102-030403.gz': gzipSync(lines(1, 3)),
    '1.log': line(50, 'another container'),
    '0.log.20260102-030403.gz.tmp': 'half',
  };

  it('goes on from the files that were moved away, compressed or not', async (t) => {
    assert.equal(await read(aLog(t, files)), said(1, 9));
  });

  it('finds the last lines wherever they begin', async (t) => {
    const path = aLog(t, files);
    for (let n = 0; n <= 9; n++)
      assert.equal(await read(path, { tailLines: n }), n ? said(10 - n, 9) : '', `tail ${n}`);
  });

  it('finds the last lines of a file of any size', async (t) => {
    const path = aLog(t, { '0.log': '' });
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(3000), { maxLength: 200 }), fc.nat(220), async (sizes, tail) => {
        const texts = sizes.map((n, i) => `${i} ${'x'.repeat(n)}`);
        writeFileSync(path, texts.map((text) => line(1, text)).join(''));
        const want = texts.slice(Math.max(0, texts.length - tail)).map((text) => `${text}\n`);
        assert.equal(await read(path, { tailLines: tail }), want.join(''));
      }),
      { numRuns: 40 },
    );
  });

  it('is followed across rotations until the container ends, and every line comes once', async (t) => {
    const path = aLog(t, { '0.log': lines(1, 1) });
    let end = () => {};
    const ended = () => new Promise<void>((resolve) => (end = resolve));
    const reading = readLog(path, { clock: systemClock, signal: never, follow: true, ended });
    let text = '';
    let wake = () => {};
    const until = async (want: string) => {
      while (!text.endsWith(want)) await new Promise<void>((resolve) => (wake = resolve));
    };
    const whole = (async () => {
      for await (const piece of reading) {
        text += Buffer.from(piece).toString();
        wake();
      }
    })();
    await until('n1\n');
    appendFileSync(path, line(2, 'n2').slice(0, 20));
    appendFileSync(path, line(2, 'n2').slice(20));
    await until('n2\n');
    renameSync(path, `${path}.20260102-030405`);
    appendFileSync(`${path}.20260102-030405`, line(3, 'n3'));
    writeFileSync(path, line(4, 'n4'));
    await until('n4\n');
    appendFileSync(path, line(5, 'n5'));
    end();
    await whole;
    assert.equal(text, said(1, 5));
  });

  it('stops being followed when nobody reads any more', async (t) => {
    const path = aLog(t, { '0.log': lines(1, 1) });
    const stop = new AbortController();
    let asked: AbortSignal | undefined;
    const ended = (signal: AbortSignal) => new Promise<void>(() => (asked = signal));
    const text = read(path, { follow: true, ended, signal: stop.signal });
    await systemClock.sleep(20);
    stop.abort();
    assert.equal(await text, said(1, 1));
    assert.equal(asked?.aborted, true);
  });
});

it('times have nine decimals', () => {
  const cases: [string, string][] = [
    ['2026-01-02T03:04:05Z', '2026-01-02T03:04:05.000000000Z'],
    ['2026-01-02T03:04:05.12+02:00', '2026-01-02T03:04:05.120000000+02:00'],
    ['2026-01-02T03:04:05.123456789Z', '2026-01-02T03:04:05.123456789Z'],
  ];
  for (const [given, want] of cases) assert.equal(fixedWidth(given), want);
});
