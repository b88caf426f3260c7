import { existsSync } from 'node:fs';
import { hostname, networkInterfaces } from 'node:os';
import { join } from 'node:path';

type Interfaces = ReturnType<typeof networkInterfaces>;

/** The address by which others reach this machine: the first that is neither its own only nor a container network's. */
export const machineAddress = (): string => outerAddress(networkInterfaces()) ?? '127.0.0.1';

function outerAddress(interfaces: Interfaces): string | undefined {
  for (const [name, addresses = []] of Object.entries(interfaces)) {
    if (/^(lo|docker|br-|veth|cni|tiphys|virbr)/.test(name)) continue;
    const found = addresses.find((a) => a.family === 'IPv4' && !a.internal && !a.address.startsWith('169.254.'));
    if (found) return found.address;
  }
  return undefined;
}

/** Why pods couldn't reach this machine, and what would change that; undefined when they can. */
export function whyUnreachable(interfaces: Interfaces): string | undefined {
  if (outerAddress(interfaces) !== undefined) return undefined;
  const remedy = 'ip link add dummy0 up type dummy && ip addr add 192.0.2.1/32 dev dummy0';
  return `this machine has no IPv4 address that its pods could reach it under (without a network: ${remedy})`;
}

/** The machine's name as a node may have it. */
export const machineName = (): string => hostname().toLowerCase();

export function onPath(program: string): boolean {
  const dirs = [...(process.env['PATH'] ?? '').split(':'), '/usr/sbin', '/sbin'];
  return dirs.some((dir) => dir !== '' && existsSync(join(dir, program)));
}

const programs: Record<string, string> = { containerd: 'containerd', runc: 'runc', nft: 'nftables', ip: 'iproute2' };
const pluginDirs = ['/usr/lib/cni', '/opt/cni/bin', '/usr/libexec/cni'];

/** Why this machine can't be a node, and what would make it one; undefined when it can. */
export function whyNoRealNode(): string | undefined {
  if (process.platform !== 'linux') return 'containers need Linux';
  if (process.getuid?.() !== 0) return 'containers need root (sudo)';
  const missing = Object.entries(programs).filter(([program]) => !onPath(program));
  const packages = missing.map(([, name]) => name);
  const lacks = missing.map(([program]) => program);
  if (!pluginDirs.some((dir) => existsSync(join(dir, 'bridge')))) {
    packages.push('containernetworking-plugins');
    lacks.push('CNI plugins');
  }
  if (!lacks.length) return whyUnreachable(networkInterfaces());
  const remedy = onPath('apt-get')
    ? `apt-get install -y --no-install-recommends ${packages.join(' ')}`
    : `install ${packages.join(', ')}`;
  return `this machine lacks ${lacks.join(', ')} (${remedy})`;
}
