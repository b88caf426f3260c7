import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { systemClock } from '@tiphys/sdk/runtime';
import { samplesOf } from './cpu.ts';
import { encodeProfile } from './profile.ts';
import { Profiling } from './profiling.ts';

const none = new AbortController().signal;
const ask = (of: Profiling, path: string, query = '', signal = none) =>
  of.answer(path, new URLSearchParams(query), signal);

test('what there is', async () => {
  const of = new Profiling(systemClock);
  assert.equal(ask(of, '/debug/pprofx'), undefined);
  assert.equal(ask(of, '/metrics'), undefined);
  const moved = await ask(of, '/debug/pprof');
  assert.deepEqual([moved?.status, moved?.headers['location']], [302, '/debug/pprof/']);
  assert.match(String((await ask(of, '/debug/pprof/'))?.body), /<a href="profile">/);
  const unknown = await ask(of, '/debug/pprof/heap');
  assert.deepEqual([unknown?.status, unknown?.body], [404, 'Unknown profile\n']);
});

test('a profile names who was at work, one at a time', async () => {
  const of = new Profiling(systemClock);
  const first = ask(of, '/debug/pprof/profile', 'seconds=1');
  const second = await ask(of, '/debug/pprof/profile', 'seconds=1');
  assert.deepEqual(
    [second?.status, second?.body],
    [500, 'Could not enable CPU profiling: cpu profiling already in use\n'],
  );
  while (!(await Promise.race([first, systemClock.sleep(0)]))) burnsTimeVisibly();
  const { status, headers, body } = (await first)!;
  assert.deepEqual([status, headers['content-type']], [200, 'application/octet-stream']);
  assert.ok(gunzipSync(body).includes('burnsTimeVisibly'));
});

function burnsTimeVisibly(): number {
  let sum = 0;
  for (let i = 0; i < 2_000_000; i++) sum += Math.sqrt(i);
  return sum;
}

test('who leaves takes the profile along', async () => {
  const of = new Profiling(systemClock);
  const leave = new AbortController();
  const left = ask(of, '/debug/pprof/profile', 'seconds=3600', leave.signal);
  await systemClock.sleep(20);
  leave.abort();
  assert.equal((await left)?.status, 200);
  assert.equal((await ask(of, '/debug/pprof/profile', 'seconds=3600', AbortSignal.abort()))?.status, 200);
});

const frame = (functionName: string, lineNumber = 0) => ({
  scriptId: '1',
  functionName,
  url: functionName ? 'file:///a.js' : '',
  lineNumber,
  columnNumber: 0,
});
const called = { name: 'called', file: 'file:///a.js', line: 8 };
const caller = { name: 'caller', file: 'file:///a.js', line: 1 };

test('looks at the same place are one sample; time in which nothing runs is none', () => {
  const nodes = [
    { id: 1, callFrame: { ...frame('(root)'), url: '' }, children: [2, 3] },
    { id: 2, callFrame: { ...frame('(idle)'), url: '' } },
    { id: 3, callFrame: frame('caller'), children: [4] },
    { id: 4, callFrame: frame('called', 7) },
  ];
  const samples = [2, 4, 3, 4, 4];
  const found = samplesOf({ nodes, startTime: 0, endTime: 0, samples, timeDeltas: [5, 10, -3, 20, 30] });
  assert.deepEqual(found, [
    { stack: [called, caller], count: 3, nanoseconds: 60_000 },
    { stack: [caller], count: 1, nanoseconds: 0 },
  ]);
});

const goIsHere = spawnSync('go', ['version']).status === 0;

test('go tool pprof reads it', { skip: goIsHere ? false : 'no Go on this machine' }, () => {
  const dir = mkdtempSync(join(tmpdir(), 'tiphys-pprof-'));
  try {
    const samples = [
      { stack: [called, caller], count: 3, nanoseconds: 60_000_000 },
      { stack: [caller], count: 1, nanoseconds: 10_000_000 },
    ];
    const bytes = encodeProfile({ startedAtMs: 1_800_000_000_000, durationMs: 1000, periodMs: 10, samples });
    writeFileSync(join(dir, 'profile'), bytes);
    const told = execFileSync('go', ['tool', 'pprof', '-top', join(dir, 'profile')], { encoding: 'utf8' });
    assert.match(told, /^Duration: 1s, Total samples = 70ms/m);
    assert.match(told, /^ +60ms 85\.71% 85\.71% +60ms 85\.71% +called$/m);
    assert.match(told, /^ +10ms 14\.29% +100% +70ms +100% +caller$/m);
  } finally {
    rmSync(dir, { recursive: true });
  }
});
