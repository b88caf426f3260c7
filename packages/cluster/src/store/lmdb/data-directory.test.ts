import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { systemClock } from '@tiphys/sdk/runtime';
import { DataDirectory, DataDirectoryError } from './data-directory.ts';

/** A program that takes the directory named by its argument, says so, and keeps it. */
const owner = `
  import { DataDirectory } from ${JSON.stringify(new URL('./data-directory.js', import.meta.url).href)};
  try {
    globalThis.held = DataDirectory.open(process.argv[1], { now: () => 0 });
    console.log('held');
    setInterval(() => {}, 1000);
  } catch (e) {
    console.log(e.message);
  }`;
const program = ['--input-type=module', '-e', owner];

describe('a data directory', () => {
  let path: string;
  const open = () => DataDirectory.open(path, systemClock);
  beforeEach(() => void (path = join(mkdtempSync(join(tmpdir(), 'tiphys-dir-')), 'data')));
  afterEach(() => rmSync(join(path, '..'), { recursive: true }));

  it('is made for its owner alone, with a version', () => {
    open().close();
    assert.equal(statSync(path).mode & 0o777, 0o700);
    assert.equal(readFileSync(join(path, 'version'), 'utf8'), '1\n');
    open().close();
  });

  it('has one owner, whom a second is told of', () => {
    const first = open();
    assert.throws(open, (e) => {
      assert.ok(e instanceof DataDirectoryError);
      assert.match(e.message, new RegExp(`in use by process ${process.pid} on .* since 20`));
      assert.match(e.message, new RegExp(`kill ${process.pid}.*--data-dir`));
      return true;
    });
    first.close();
    open().close();
  });

  it('is free again however its owner dies', async () => {
    const child = spawn(process.execPath, [...program, path]);
    const [line] = (await once(child.stdout, 'data')) as [Buffer];
    assert.equal(String(line), 'held\n');
    assert.throws(open, new RegExp(`process ${child.pid} `));
    child.kill('SIGKILL');
    await once(child, 'exit');
    open().close();
  });

  it('is not held on by children of its owner', async () => {
    const directory = open();
    const child = spawn('sleep', ['1000']);
    await once(child, 'spawn');
    directory.close();
    open().close();
    child.kill();
    await once(child, 'exit');
  });

  const namespaces = spawnSync('unshare', ['--net', '--pid', '--ipc', '--uts', '--fork', 'true']).status === 0;
  const skip = namespaces ? false : 'new namespaces take root and unshare(1)';
  it('is held against other network, process and IPC namespaces', { skip }, async () => {
    const directory = open();
    const others = ['--net', '--pid', '--ipc', '--uts', '--fork', process.execPath, ...program, path];
    const refused = spawnSync('unshare', others, { encoding: 'utf8' });
    assert.match(refused.stdout, new RegExp(`in use by process ${process.pid} `));
    directory.close();
    const child = spawn('unshare', ['--kill-child', ...others]);
    const [line] = (await once(child.stdout, 'data')) as [Buffer];
    assert.equal(String(line), 'held\n');
    assert.throws(open, DataDirectoryError);
    child.kill('SIGKILL');
    await once(child, 'close');
    open().close();
  });

  it('of a newer version is refused untouched', () => {
    open().close();
    writeFileSync(join(path, 'version'), '2\n');
    assert.throws(open, /written by a newer Tiphys \(store version 2; this one reads up to 1\)/);
    assert.equal(readFileSync(join(path, 'version'), 'utf8'), '2\n');
    assert.ok(!existsSync(join(path, 'data')));
    writeFileSync(join(path, 'version'), 'what?');
    assert.throws(open, /should hold the version of the store and holds "what\?"/);
    writeFileSync(join(path, 'version'), '1\n');
    open().close();
  });
});
