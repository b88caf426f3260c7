import { type Stats } from 'node:fs';
import { mkdir, stat, writeFile } from 'node:fs/promises';

const checks: Readonly<Record<string, { is: (s: Stats) => boolean; what: string }>> = {
  Directory: { is: (s) => s.isDirectory(), what: 'a directory' },
  File: { is: (s) => s.isFile(), what: 'a file' },
  Socket: { is: (s) => s.isSocket(), what: 'a socket file' },
  CharDevice: { is: (s) => s.isCharacterDevice(), what: 'a character device' },
  BlockDevice: { is: (s) => s.isBlockDevice(), what: 'a block device' },
};

/** Sees to it that the path is what the volume says that it is; makes it where the type says so. */
export async function checkHostPath(path: string, type = ''): Promise<void> {
  if (type === '') return;
  const found = await stat(path).catch((err: NodeJS.ErrnoException) => {
    if (err.code !== 'ENOENT') throw err;
  });
  const make = type.endsWith('OrCreate');
  const expected = checks[make ? type.slice(0, -'OrCreate'.length) : type]!;
  if (!found && make) {
    if (type === 'DirectoryOrCreate') await mkdir(path, { recursive: true, mode: 0o755 });
    else await writeFile(path, '', { flag: 'a', mode: 0o644 });
    return;
  }
  if (!found || !expected.is(found)) throw new Error(`hostPath type check failed: ${path} is not ${expected.what}`);
}
