import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { elfNeeds, isElf } from './elf.ts';
import { imageFromHost } from './from-host.ts';
import { HostTree } from './host-tree.ts';
import { pauseImage } from './pause-image.ts';
import { pauseProgram } from './pause-program.ts';
import { tarOf } from '../../tar/index.ts';

const isLinuxAmd64 = process.platform === 'linux' && process.arch === 'x64';

describe('images of our own', () => {
  let dir: string;
  before(() => {
    dir = mkdtempSync(join(tmpdir(), 'tiphys-images-'));
  });
  after(() => rmSync(dir, { recursive: true, force: true }));

  const unpack = (tar: Buffer, name: string) => {
    const target = join(dir, name);
    mkdirSync(target);
    execFileSync('tar', ['-xf', '-', '-C', target], { input: tar });
    return target;
  };

  it('the pause program waits until it is ended', { skip: !isLinuxAmd64 }, async () => {
    const file = join(dir, 'pause');
    writeFileSync(file, pauseProgram('amd64'), { mode: 0o755 });
    const child = spawn(file);
    await once(child, 'spawn');
    const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
    child.kill();
    assert.deepEqual(await once(child, 'exit'), [null, 'SIGTERM']);
    assert.match(status, /State:\s+[SR]/);
  });

  it('both pause programs are ELF files that need nothing', () => {
    for (const [architecture, machine] of [
      ['amd64', 62],
      ['arm64', 183],
    ] as const) {
      const program = pauseProgram(architecture);
      assert.ok(isElf(program) && program.length < 300);
      assert.equal(program.readUInt16LE(18), machine);
      assert.deepEqual(elfNeeds(program), { interpreter: undefined, libraries: [], searchPaths: [] });
    }
  });

  it('an image is the same for the same content', () => {
    const { manifest, config, layers } = pauseImage('arm64');
    assert.equal(manifest.digest, pauseImage('arm64').manifest.digest);
    const written = JSON.parse(manifest.data.toString()) as { config: object; layers: object[] };
    assert.deepEqual(written.config, { mediaType: config.mediaType, digest: config.digest, size: config.size });
    const { rootfs, architecture } = JSON.parse(config.data.toString()) as Record<string, unknown>;
    assert.deepEqual(rootfs, { type: 'layers', diff_ids: [layers[0]!.digest] });
    assert.equal(architecture, 'arm64');
  });

  it('tar writes what tar reads', () => {
    const long = `${'d'.repeat(90)}/${'ü'.repeat(60)}`;
    const target = unpack(
      tarOf([
        { type: 'directory', path: 'd'.repeat(90), mode: 0o755 },
        { type: 'file', path: long, mode: 0o640, data: Buffer.from('x'.repeat(513)) },
        { type: 'link', path: 'link', mode: 0o777, target: long },
        { type: 'file', path: 'empty', mode: 0o755, mtimeSeconds: 12, data: new Uint8Array() },
      ]),
      'tar',
    );
    assert.equal(readFileSync(join(target, 'link'), 'utf8'), 'x'.repeat(513));
    const listed = execFileSync('stat', ['-c', '%a %Y %s', 'empty'], { cwd: target, encoding: 'utf8' });
    assert.equal(listed, '755 12 0\n');
  });

  it('a tree keeps links as they are, and what they lead to', async () => {
    const real = join(dir, 'real');
    mkdirSync(join(real, 'sub'), { recursive: true });
    writeFileSync(join(real, 'sub/file'), 'text');
    symlinkSync('real', join(dir, 'alias'));
    symlinkSync('../real/sub/file', join(real, 'short'));
    const tree = new HostTree();
    assert.equal(await tree.add(join(dir, 'alias/short')), join(real, 'sub/file'));
    tree.make(join(dir, 'alias/made'), { type: 'file', mode: 0o644, data: Buffer.from('m') });
    const below = [...tree.entries()].map((e) => `/${e.path}`).filter((p) => p.startsWith(`${dir}/`));
    const found = below.map((p) => p.slice(dir.length + 1));
    assert.deepEqual(found, ['alias', 'real', 'real/short', 'real/sub', 'real/sub/file', 'real/made']);
  });

  it(
    'an image of host programs runs by itself',
    { skip: process.getuid?.() !== 0 && 'needs root for chroot' },
    async () => {
      const script = join(dir, 'script');
      writeFileSync(script, '#!/usr/bin/env sh\necho from a script\n', { mode: 0o755 });
      const path = process.env['PATH'] ?? '';
      const { layers, config } = await imageFromHost({ files: ['sh', script, 'ls'], architecture: 'amd64', path });
      const root = unpack(layers[0]!.data, 'root');
      const inside = (...words: string[]) => execFileSync('chroot', [root, ...words], { encoding: 'utf8' });
      assert.equal(inside('sh', '-c', 'echo hello'), 'hello\n');
      assert.equal(inside(script), 'from a script\n');
      assert.match(inside('ls', '-ld', '/tmp'), /^drwxrwxrwt/);
      const { Entrypoint, Env } = (JSON.parse(config.data.toString()) as { config: Record<string, string[]> }).config;
      assert.match(Entrypoint![0]!, /\/sh$/);
      assert.match(Env![0]!, /^PATH=/);
    },
  );

  it('finds by name what lies in no usual place', async () => {
    const odd = join(dir, 'odd');
    mkdirSync(odd);
    writeFileSync(join(odd, 'tool'), 'no program that needs anything\n', { mode: 0o755 });
    const { config } = await imageFromHost({ files: ['tool'], architecture: 'amd64', path: `/none:${odd}` });
    const { Env } = (JSON.parse(config.data.toString()) as { config: { Env: string[] } }).config;
    assert.deepEqual(Env, [`PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:${odd}`]);
  });

  it('says what is missing', async () => {
    const from = (files: string[]) => imageFromHost({ files, architecture: 'amd64', path: '/bin' });
    await assert.rejects(from([]), /at least one file/);
    await assert.rejects(from(['no-such-program']), /no-such-program: no such program in \/bin/);
    await assert.rejects(from(['./sh']), /absolute path/);
    await assert.rejects(from(['/no/such/file']), /ENOENT/);
  });
});
