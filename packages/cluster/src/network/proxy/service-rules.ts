import { addressMatch, addressType, type BaseTableConfig, names } from './base-table.ts';
import { usable, usableLocally } from './endpoint-choice.ts';
import type { NftChain } from './nft-table.ts';
import type { Endpoint, Family, ProxyService, ServicePort } from './service.ts';

/** What one service adds to the table. */
export interface ServiceRules {
  chains: Map<string, NftChain>;
  /** Sets of the clients that an endpoint has lately served, by name, with their declaration. */
  affinitySets: Map<string, string>;
  /** Elements of the shared sets and maps; two services may claim the same. */
  claims: Claim[];
}

export interface Claim {
  set: string;
  key: string;
  /** Empty in a set. */
  value: string;
}

/**
 * The rules of a service. A port has a chain that picks among all endpoints and, where a traffic policy is `Local`, one that
 * picks among those of the node; where traffic comes from outside there is one more in front, which masquerades or keeps
 * to the node.
 */
export function serviceRules(service: ProxyService, config: BaseTableConfig): ServiceRules {
  const rules: ServiceRules = { chains: new Map(), affinitySets: new Map(), claims: [] };
  rules.claims.push({ set: names.clusterIPs, key: service.clusterIP, value: '' });
  for (const port of service.ports) addPort(rules, service, port, config);
  return rules;
}

function addPort(rules: ServiceRules, service: ProxyService, port: ServicePort, config: BaseTableConfig): void {
  const id = `${service.key}/${port.protocol}/${port.name}`;
  const everywhere = usable(port.endpoints);
  const here = usableLocally(port.endpoints);
  const outside = [...service.externalIPs, ...service.loadBalancerIPs];
  const isLocal = service.internalLocal || (service.externalLocal && (outside.length > 0 || port.nodePort > 0));

  if (!everywhere.length) {
    for (const ip of [service.clusterIP, ...outside]) refuse(rules, names.refusedServices, `${ip} . ${keyOf(port)}`);
    if (port.nodePort) refuse(rules, names.refusedNodePorts, keyOf(port, port.nodePort));
    return;
  }

  const anyEndpoint = `service-${id}`;
  addChoice(rules, anyEndpoint, everywhere, { service, port, family: config.family });
  const localEndpoint = here.length ? `goto local-${id}` : 'drop';
  if (isLocal && here.length) addChoice(rules, `local-${id}`, here, { service, port, family: config.family });
  // A pod that reaches itself must see another address than its own, or it would answer itself past the translation.
  for (const address of new Set([...everywhere, ...here].filter((e) => e.local).map((e) => e.address))) {
    rules.claims.push({ set: names.hairpins, key: `${address} . ${address}`, value: '' });
  }

  claim(rules, service.clusterIP, port, service.internalLocal ? localEndpoint : `goto ${anyEndpoint}`);
  if (!outside.length && !port.nodePort) return;

  const entry = `external-${id}`;
  rules.chains.set(entry, { rules: externalEntry(service, anyEndpoint, localEndpoint, config) });
  if (port.nodePort) {
    rules.claims.push({ set: names.nodePorts, key: keyOf(port, port.nodePort), value: `goto ${entry}` });
  }
  for (const ip of service.externalIPs) claim(rules, ip, port, `goto ${entry}`);
  if (!service.loadBalancerIPs.length) return;

  const balanced = service.sourceRanges.length ? `balanced-${id}` : entry;
  if (balanced !== entry) {
    const stranger = addressMatch(config.family, 'saddr', service.sourceRanges, '!= ');
    rules.chains.set(balanced, { rules: [`${stranger} drop`, `goto ${entry}`] });
  }
  for (const ip of service.loadBalancerIPs) claim(rules, ip, port, `goto ${balanced}`);
}

/** Where `Local`, pods and the node itself still reach every endpoint: only traffic from outside keeps to the node. */
function externalEntry(
  { externalLocal }: ProxyService,
  anyEndpoint: string,
  localEndpoint: string,
  { family, podCIDRs }: BaseTableConfig,
): string[] {
  if (!externalLocal) return [`jump ${names.markForMasquerade}`, `goto ${anyEndpoint}`];
  return [
    ...(podCIDRs.length ? [`${addressMatch(family, 'saddr', podCIDRs)} goto ${anyEndpoint}`] : []),
    `fib saddr type local jump ${names.markForMasquerade}`,
    `fib saddr type local goto ${anyEndpoint}`,
    localEndpoint,
  ];
}

interface ChoiceOptions {
  service: ProxyService;
  port: ServicePort;
  family: Family;
}

/**
 * Picks one of the endpoints at random by one lookup. With affinity a client goes first where it went before; that costs a
 * lookup per endpoint, and each endpoint has a chain, since only there is known which client chose it.
 */
function addChoice(rules: ServiceRules, chain: string, endpoints: Endpoint[], options: ChoiceOptions): void {
  const { service, port, family } = options;
  if (!service.affinitySeconds) {
    rules.chains.set(chain, { rules: [translate(endpoints, port, family)] });
    return;
  }
  const ways = endpoints.map((endpoint) => {
    const id = `${service.key}/${port.protocol}/${port.name}/${endpoint.address.replaceAll(':', '.')}/${endpoint.port}`;
    const way = { set: `clients-${id}`, chain: `endpoint-${id}` };
    rules.affinitySets.set(way.set, `type ${addressType(family)}; size 65536; flags dynamic,timeout;`);
    rules.chains.set(way.chain, {
      rules: [
        `update @${way.set} { ${family} saddr timeout ${service.affinitySeconds}s }`,
        translate([endpoint], port, family),
      ],
    });
    return way;
  });
  rules.chains.set(chain, {
    rules: [
      ...ways.map((way) => `${family} saddr @${way.set} goto ${way.chain}`),
      ways.length === 1
        ? `goto ${ways[0]!.chain}`
        : `numgen random mod ${ways.length} vmap { ${ways.map((way, i) => `${i} : goto ${way.chain}`).join(', ')} }`,
    ],
  });
}

function translate(endpoints: Endpoint[], { protocol }: ServicePort, family: Family): string {
  const [first] = endpoints;
  if (endpoints.length === 1 && first) {
    const host = family === 'ip' ? first.address : `[${first.address}]`;
    return `meta l4proto ${protocol} dnat to ${host}:${first.port}`;
  }
  const targets = endpoints.map(({ address, port }, i) => `${i} : ${address} . ${port}`).join(', ');
  return `meta l4proto ${protocol} dnat ${family} to numgen random mod ${endpoints.length} map { ${targets} }`;
}

const keyOf = ({ protocol, port }: ServicePort, number = port): string => `${protocol} . ${number}`;

function claim(rules: ServiceRules, address: string, port: ServicePort, value: string): void {
  rules.claims.push({ set: names.services, key: `${address} . ${keyOf(port)}`, value });
}

function refuse(rules: ServiceRules, set: string, key: string): void {
  rules.claims.push({ set, key, value: '' });
}
