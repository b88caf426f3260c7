import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';
import { promisify } from 'node:util';

// In processes of their own: the test runner's hooks on every promise would take as long again as the simulations.
const run = async (program: string, ...args: string[]) => {
  const path = fileURLToPath(new URL(program, import.meta.url));
  const options = { maxBuffer: 2 ** 26, env: { ...process.env, HOURS: '2' } };
  await promisify(execFile)(process.execPath, ['--expose-gc', path, ...args], options).catch(
    (err: Error & { stdout?: string }) => assert.fail(err.stdout || err.message),
  );
};

const seeds = process.env['SEED']?.split(',') ?? ['1', '2', '3', '2037'];

test(`clusters that much happens to come to rest as they were told (SEED=${seeds.join(',')})`, () =>
  run('main.js', ...seeds));

test('the same seed plays the same story, to the last byte of what is stored', () => run('replay.js'));

test('rollouts never leave fewer pods than they may, whatever happens to the control plane', () => run('rollouts.js'));

test('a cluster that goes on and on holds no more from day to day (days of two hours)', () => run('soak.js', '3'));
