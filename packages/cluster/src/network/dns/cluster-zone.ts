import type { DnsEndpoint, DnsPort, DnsService } from './dns-service.ts';
import { addressOfReverseName, undashed } from './ip-address.ts';
import type { Answer, DnsRecord, RecordType } from './message.ts';

export interface ClusterZoneConfig {
  /** The cluster's domain, without dots at its ends. */
  domain: string;
  /** How long a client may keep an answer. */
  ttlSeconds: number;
  /** The address of the DNS service itself. */
  clusterIP: string;
}

/** The version of the published scheme of names that we follow. */
const schemaVersion = '1.1.0';
const schemaTtlSeconds = 28_800;

/**
 * The names of the cluster, kept by service so that a change costs what it touches; an answer is computed when asked for.
 * Names that exist without the type that was asked for are told from names that don't exist, as CoreDNS does.
 */
export class ClusterZone {
  readonly #config: ClusterZoneConfig;
  readonly #services = new Map<string, DnsService>();
  readonly #namespaces = new Set<string>();
  readonly #byAddress = new Map<string, Set<string>>();
  #serial = 0;

  constructor(config: ClusterZoneConfig) {
    this.#config = config;
  }

  /** Takes a service's new state (undefined: gone). `serial` grows with time, for secondary servers. */
  setService(key: string, service: DnsService | undefined, serial: number): void {
    const old = this.#services.get(key);
    for (const address of old ? reverseAddresses(old) : []) {
      const keys = this.#byAddress.get(address);
      keys?.delete(key);
      if (!keys?.size) this.#byAddress.delete(address);
    }
    if (service) this.#services.set(key, service);
    else this.#services.delete(key);
    for (const address of service ? reverseAddresses(service) : []) {
      this.#byAddress.set(address, (this.#byAddress.get(address) ?? new Set()).add(key));
    }
    this.#serial = Math.max(this.#serial, serial);
  }

  setNamespace(name: string, exists: boolean): void {
    if (exists) this.#namespaces.add(name);
    else this.#namespaces.delete(name);
  }

  /** Whether the name is the cluster's own, so that nobody else is to be asked. */
  owns(name: string): boolean {
    return name === this.#config.domain || name.endsWith(`.${this.#config.domain}`);
  }

  /** The answer for a name that the zone owns. A CNAME in it may lead out of the zone. */
  answer(name: string, type: RecordType | 'other'): Answer {
    const path =
      name === this.#config.domain
        ? []
        : name
            .slice(0, -this.#config.domain.length - 1)
            .split('.')
            .toReversed();
    const found = this.#records(path, name);
    if (!found) return this.#empty('NXDOMAIN');
    const alias = found.find((r) => r.type === 'CNAME');
    if (alias && (type === 'A' || type === 'AAAA' || type === 'CNAME')) return this.#full([alias]);
    const answers = found.filter((r) => r.type === type);
    if (!answers.length) return this.#empty('NOERROR');
    return this.#full(answers, this.#targetsOf(answers));
  }

  /** The answer for a name under `in-addr.arpa` or `ip6.arpa`; undefined when the address isn't known here. */
  reverse(name: string): Answer | undefined {
    const address = addressOfReverseName(name);
    const keys = address === undefined ? undefined : this.#byAddress.get(address);
    if (!keys) return undefined;
    const targets = [...keys].flatMap((key) => {
      const service = this.#services.get(key)!;
      if (!service.isHeadless) return [this.#serviceName(service)];
      const there = service.endpoints.filter((e) => e.address === address);
      return there.map((e) => `${e.hostname}.${this.#serviceName(service)}`);
    });
    const ttl = this.#config.ttlSeconds;
    return this.#full([...new Set(targets)].map((target) => ({ name, ttl, type: 'PTR', target })));
  }

  /** Every record of a name, given as labels from the domain on; undefined when there is no such name. */
  #records(path: string[], name: string): DnsRecord[] | undefined {
    const { ttlSeconds: ttl, clusterIP } = this.#config;
    const [tree, namespace] = path;
    if (!path.length) return [this.#soa(), { name, ttl, type: 'NS', target: this.#nameServer() }];
    if (path.length === 1 && tree === 'dns-version') {
      return [{ name, ttl: schemaTtlSeconds, type: 'TXT', text: schemaVersion }];
    }
    if (name === this.#nameServer()) return [addressRecord(name, clusterIP, ttl)];
    if (tree !== 'svc' && tree !== 'pod') return undefined;
    if (namespace === undefined) return [];
    if (path.length === 2) return this.#namespaces.has(namespace) ? [] : undefined;
    if (tree === 'pod') return this.#podRecords(path, name);
    return this.#serviceRecords(path, name);
  }

  #podRecords([, namespace = '', label = '', ...more]: string[], name: string): DnsRecord[] | undefined {
    const address = undashed(label);
    if (more.length || address === undefined || !this.#namespaces.has(namespace)) return undefined;
    return [addressRecord(name, address, this.#config.ttlSeconds)];
  }

  #serviceRecords([, namespace, serviceName, ...rest]: string[], name: string): DnsRecord[] | undefined {
    const service = this.#services.get(`${namespace}/${serviceName}`);
    if (!service || rest.length > 2) return undefined;
    const { ttlSeconds: ttl } = this.#config;
    if (service.externalName !== undefined) {
      return rest.length ? undefined : [{ name, ttl, type: 'CNAME', target: service.externalName }];
    }
    // Below a service: `HOSTNAME`, or `_PORT._PROTOCOL`.
    const hostname = rest.length === 1 ? rest[0] : undefined;
    const [protocol, portName] = rest.length === 2 ? rest.map((label) => label.replace(/^_/, '')) : [];
    const isWanted = (p: DnsPort) => portName === undefined || (p.name === portName && p.protocol === protocol);

    const hosts: { name: string; addresses: string[]; ports: DnsPort[] }[] = [];
    if (service.isHeadless || hostname !== undefined) {
      const there = service.endpoints.filter((e) => hostname === undefined || e.hostname === hostname);
      for (const e of portName === undefined ? there : there.filter((x) => x.ports.some(isWanted))) {
        hosts.push({ name: this.#endpointName(service, e), addresses: [e.address], ports: e.ports.filter(isWanted) });
      }
    } else {
      const ports = service.ports.filter(isWanted);
      if (portName !== undefined && !ports.length) return undefined;
      hosts.push({ name: this.#serviceName(service), addresses: service.clusterIPs, ports });
    }
    if (!hosts.length) return undefined;

    const addresses = new Set(hosts.flatMap((host) => host.addresses));
    const targets = new Map(
      hosts.flatMap((host) => host.ports.map(({ port }) => [`${host.name}:${port}`, { target: host.name, port }])),
    );
    const weight = Math.floor(100 / Math.max(1, targets.size));
    return [
      ...[...addresses].map((address) => addressRecord(name, address, ttl)),
      ...[...targets.values()].map((to): DnsRecord => ({ name, ttl, type: 'SRV', priority: 0, weight, ...to })),
    ];
  }

  /** The addresses of what SRV records lead to, so that nobody has to ask again. */
  #targetsOf(answers: DnsRecord[]): DnsRecord[] {
    const targets = new Set(answers.flatMap((r) => (r.type === 'SRV' || r.type === 'NS' ? [r.target] : [])));
    return [...targets].flatMap((target) => {
      const path = target
        .slice(0, -this.#config.domain.length - 1)
        .split('.')
        .toReversed();
      return (this.#records(path, target) ?? []).filter((r) => r.type === 'A' || r.type === 'AAAA');
    });
  }

  #serviceName({ namespace, name }: DnsService): string {
    return `${name}.${namespace}.svc.${this.#config.domain}`;
  }

  #endpointName(service: DnsService, { hostname }: DnsEndpoint): string {
    return `${hostname}.${this.#serviceName(service)}`;
  }

  #nameServer(): string {
    return `ns.dns.${this.#config.domain}`;
  }

  #soa(): DnsRecord {
    const { domain, ttlSeconds: ttl } = this.#config;
    const mailbox = `hostmaster.${domain}`;
    return { name: domain, ttl, type: 'SOA', primary: this.#nameServer(), mailbox, serial: this.#serial, minimum: ttl };
  }

  #full(answers: DnsRecord[], additional: DnsRecord[] = []): Answer {
    return { rcode: 'NOERROR', authoritative: true, answers, authority: [], additional };
  }

  #empty(rcode: 'NOERROR' | 'NXDOMAIN'): Answer {
    return { rcode, authoritative: true, answers: [], authority: [this.#soa()], additional: [] };
  }
}

function addressRecord(name: string, address: string, ttl: number): DnsRecord {
  return { name, ttl, type: address.includes(':') ? 'AAAA' : 'A', address };
}

/** The addresses whose name is this service's, or that of an endpoint of it. */
const reverseAddresses = (service: DnsService): string[] =>
  service.isHeadless ? service.endpoints.map((e) => e.address) : service.clusterIPs;
