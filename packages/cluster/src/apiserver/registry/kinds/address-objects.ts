import { ipAddress, type Service } from '@tiphys/sdk/api';
import { canonicalIp, isAlreadyExists, isNotFound, type KubeObject, ipFamily } from '@tiphys/sdk/machinery';
import { decode } from '@tiphys/sdk/schema';
import type { UserInfo } from '../../context.ts';
import type { Registries } from '../registries.ts';
import type { Registry } from '../registry.ts';
import type { WriteRequest } from '../requests.ts';

const allocator: UserInfo = { name: 'system:apiserver', groups: ['system:masters'], extra: {} };

/** An object for each address that a service has, by which everybody sees whose it is. */
export class AddressObjects {
  readonly #registries: () => Registries;

  constructor(registries: () => Registries) {
    this.#registries = registries;
  }

  /** Whether an address has an object, whoever made it: then it isn't to be had. */
  isTaken(ip: string): boolean {
    return this.#registry?.find('', ip) !== undefined;
  }

  /** After a service was written: its new addresses get their objects, those that it let go lose them. */
  async follow(next: Service | undefined, old: Service | undefined): Promise<void> {
    const registry = this.#registry;
    if (!registry) return;
    const [now, before] = [addressesOf(next), addressesOf(old)];
    for (const ip of now) if (!before.includes(ip)) await make(registry, ip, next!);
    for (const ip of before) if (!now.includes(ip)) await drop(registry, ip);
  }

  get #registry(): Registry | undefined {
    const { group, version, plural } = ipAddress;
    return this.#registries().find(group, version, plural);
  }
}

function addressesOf(service: Service | undefined): string[] {
  if (!service || service.spec.type === 'ExternalName') return [];
  return (service.spec.clusterIPs ?? []).flatMap((ip) => canonicalIp(ip) ?? []);
}

const requestFor = (name: string): WriteRequest => ({
  namespace: '',
  name,
  user: allocator,
  dryRun: false,
  options: {},
  manager: { fieldManager: 'kube-apiserver', userAgent: '' },
  warn: () => {},
});

async function make(registry: Registry, ip: string, { metadata: { name, namespace } }: Service): Promise<void> {
  const labels = {
    'ipaddress.kubernetes.io/ip-family': ipFamily(ip),
    'ipaddress.kubernetes.io/managed-by': 'ipallocator.k8s.io',
  };
  const manifest = {
    metadata: { name: ip, labels },
    spec: { parentRef: { resource: 'services', namespace, name } },
  };
  try {
    await registry.create(decode(ipAddress.schema.shape, manifest) as KubeObject, requestFor(ip));
  } catch (err) {
    if (!isAlreadyExists(err)) throw err;
  }
}

async function drop(registry: Registry, ip: string): Promise<void> {
  try {
    await registry.delete(requestFor(ip), {});
  } catch (err) {
    if (!isNotFound(err)) throw err;
  }
}
