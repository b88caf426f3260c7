// What both README commands need first: Node, npm packages, and (for a real node) a few Debian packages. Says what it does.
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(
    `tiphys needs Node 20.19 or later; this is ${process.version}. Node 24 is recommended: https://nodejs.org`,
  );
  process.exit(1);
}

/** Installs npm packages when the lockfile has changed since the last time. */
export function installPackages() {
  const lock = join(root, 'package-lock.json');
  const stamp = join(root, 'node_modules', '.tiphys-lock');
  const digest = createHash('sha256').update(readFileSync(lock)).digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === digest) return;
  say('installing npm packages');
  run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error']);
  // The other Node of the test matrix is a package, whose command would take this one's place in every npm script.
  rmSync(join(root, 'node_modules', '.bin', 'node'), { force: true });
  writeFileSync(stamp, digest);
}

/** Compiles what changed. */
export function build() {
  run(process.execPath, [join(root, 'node_modules', 'typescript', 'bin', 'tsc'), '-b']);
  const descriptions = join(root, 'scripts', 'descriptions.mjs');
  if (existsSync(descriptions)) run(process.execPath, [descriptions]);
  run(process.execPath, [join(root, 'scripts', 'bundle.mjs')]);
}

const nodeParts = {
  containerd: 'containerd',
  runc: 'runc',
  nft: 'nftables',
  ip: 'iproute2',
  iptables: 'iptables',
  conntrack: 'conntrack',
};
const pluginDirs = ['/usr/lib/cni', '/opt/cni/bin'];

/** Debian packages that a real node needs and this machine lacks. */
export function missingNodePackages() {
  const missing = Object.entries(nodeParts)
    .filter(([command]) => !onPath(command))
    .map(([, name]) => name);
  if (!pluginDirs.some((d) => existsSync(join(d, 'bridge')))) missing.push('containernetworking-plugins');
  return missing;
}

/** As root on Debian or Ubuntu, installs what a real node needs; elsewhere tells the command that would. */
export function installNodePackages() {
  installDebianPackages(missingNodePackages(), 'for real containers');
}

/** The same with the tools that some tests are skipped without. */
export function installTestTools() {
  if (!onPath('strace')) {
    installDebianPackages(['strace'], 'to see that writes are synced before they are acknowledged');
  }
  if (!onPath('busybox')) installDebianPackages(['busybox-static'], 'to have something to run in containers');
  if (!onPath('apt-get')) return;
  for (const [command, name] of Object.entries(etcdTools)) unpackDebianPackage(command, name, 'etcd');
  unpackDebianPackage('docker-registry', 'docker-registry', 'registry');
  unpackDebianPackage('prometheus', 'prometheus', 'prometheus');
}

const etcdTools = { etcd: 'etcd-server', etcdctl: 'etcd-client' };

/** Into the cache and no further: an installed daemon would start by itself. */
function unpackDebianPackage(command, name, cache) {
  const cwd = cacheDir(cache);
  if (onPath(command) || existsSync(join(cwd, 'usr/bin', command))) return;
  say(`fetching Debian's ${name} for the tests`);
  spawnSync('apt-get', ['download', '-qq', name], { cwd, stdio: 'ignore' });
  const file = readdirSync(cwd).find((f) => f.startsWith(`${name}_`));
  if (file) spawnSync('dpkg', ['-x', file, '.'], { cwd, stdio: 'ignore' });
}

function installDebianPackages(missing, why) {
  if (process.platform !== 'linux' || !missing.length) return;
  const install = `apt-get install -y --no-install-recommends ${missing.join(' ')}`;
  if (!onPath('apt-get')) return say(`${why} install ${missing.join(', ')} with this system's package manager`);
  if (process.getuid?.() !== 0) return say(`${why} run: sudo ${install}`);
  say(`installing Debian packages: ${missing.join(' ')}`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  spawnSync('apt-get', ['update', '-qq'], { stdio: 'ignore', env });
  const done = spawnSync('apt-get', install.split(' ').slice(1).concat('-qq'), {
    stdio: ['ignore', 'ignore', 'pipe'],
    env,
  });
  if (done.status !== 0) say(`that didn't work, going on without: ${String(done.stderr).trim().split('\n').at(-1)}`);
}

/** A cache for things that tests unpack or build; not in git. */
export function cacheDir(name) {
  const dir = join(root, '.cache', name);
  mkdirSync(dir, { recursive: true });
  return dir;
}

export function onPath(command) {
  const dirs = [...(process.env.PATH ?? '').split(':'), '/usr/sbin', '/sbin'];
  return dirs.some((d) => d && existsSync(join(d, command)));
}

export function run(command, args, options = {}) {
  try {
    execFileSync(command, args, { cwd: root, stdio: 'inherit', ...options });
  } catch (err) {
    process.exit(typeof err.status === 'number' ? err.status : 1);
  }
}

export function say(text) {
  process.stderr.write(`tiphys: ${text}\n`);
}
