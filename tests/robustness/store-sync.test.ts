import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { acknowledgedTooEarly, systemCalls } from './system-calls.ts';

const canTrace = spawnSync('strace', ['-o', '/dev/null', 'true']).status === 0;
const skip = canTrace ? false : 'strace is not installed, or may not trace here';

describe('the embedded store', () => {
  const calls = 'openat,write,writev,pwrite64,pwritev,pwritev2,fsync,fdatasync';
  const trace = (engine: string) => {
    const path = mkdtempSync(join(tmpdir(), 'tiphys-sync-'));
    const program = new URL('./store-acknowledger.js', import.meta.url).pathname;
    const options = ['-f', '-y', '-s', '1000000', '-e', `trace=${calls}`, '-o', join(path, 'trace')];
    const run = spawnSync('strace', [...options, process.execPath, program, path, engine], { encoding: 'utf8' });
    assert.equal(run.status, 0, run.stderr);
    const traced = systemCalls(readFileSync(join(path, 'trace'), 'utf8'));
    rmSync(path, { recursive: true });
    return acknowledgedTooEarly(traced, 'data.mdb');
  };

  it('has synced a write when it acknowledges it', { skip }, () => {
    assert.deepEqual(trace('embedded'), { values: [], acks: 100 });
  });

  it('would be caught by this test if it had not', { skip }, () => {
    const { values, acks } = trace('careless');
    assert.equal(acks, 100);
    assert.ok(values.length > 50, `only ${values.length} unsynced acknowledgements were seen`);
  });
});
