import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { CommandError, type Commands, systemCommands } from '../commands.ts';
import type { CniConfig } from './config.ts';
import { conflistName } from './conflist.ts';
import { forgetPods } from './firewall.ts';

export interface NetworkNames extends CniConfig {
  /** The service proxy's nftables table. */
  proxyTable: string;
  /** The mark of the routes to other nodes. */
  routeProtocol: number;
}

/**
 * Removes from the machine whatever the network has left there: tables, the bridge and the network namespaces that hang on it,
 * routes, address leases, the conflist. What isn't there is no error; pods that still run lose their network.
 */
export async function resetNetwork(names: NetworkNames, commands: Commands = systemCommands): Promise<void> {
  const { family, bridge, ipamDir, network, confDir } = names;
  const attempt = (program: string, ...args: string[]): Promise<string> =>
    commands.run(program, args).catch((err: unknown) => {
      if (err instanceof CommandError) return '';
      throw err;
    });

  for (const namespace of await namespacesOn(bridge, attempt)) await attempt('ip', 'netns', 'delete', namespace);
  await attempt('ip', 'link', 'delete', bridge);
  await attempt('ip', family === 'ip' ? '-4' : '-6', 'route', 'flush', 'proto', String(names.routeProtocol));
  for (const table of [names.table, names.proxyTable]) await attempt('nft', 'delete', 'table', family, table);
  await forgetPods(commands, names);
  await forgetHostPorts(network, family === 'ip' ? 'iptables' : 'ip6tables', attempt);
  await rm(join(ipamDir, network), { recursive: true, force: true });
  await rm(join(confDir, conflistName(names)), { force: true });
}

type Attempt = (program: string, ...args: string[]) => Promise<string>;

/** The named network namespaces whose link is a port of the bridge: sandboxes that nobody took down. */
async function namespacesOn(bridge: string, attempt: Attempt): Promise<string[]> {
  const links = parse<{ link_netnsid?: number }>(await attempt('ip', '-j', 'link', 'show', 'master', bridge));
  const ids = new Set(links.flatMap(({ link_netnsid: id }) => (id === undefined ? [] : [id])));
  const known = parse<{ nsid: number; name?: string }>(await attempt('ip', '-j', 'netns', 'list-id'));
  return known.flatMap(({ nsid, name }) => (name !== undefined && ids.has(nsid) ? [name] : []));
}

const parse = <T>(json: string): T[] => (json.trim() ? (JSON.parse(json) as T[]) : []);

/** Removes the rules that the portmap plugin leaves for pods whose removal never ran. It names the network in a comment. */
async function forgetHostPorts(network: string, iptables: string, attempt: Attempt): Promise<void> {
  const nat = (...args: string[]) => attempt(iptables, '-w', '10', '-t', 'nat', ...args);
  const rules = (await nat('-S', dnatChain)).split('\n').filter((line) => line.startsWith('-A '));
  // By number and from the last, so that the numbers of those before stay.
  for (const [i, rule] of [...rules.entries()].reverse()) {
    if (!rule.includes(`dnat name: \\"${network}\\" `)) continue;
    await nat('-D', dnatChain, String(i + 1));
    const chain = /-j (CNI-DN-\w+)/.exec(rule)?.[1];
    if (chain === undefined) continue;
    await nat('-F', chain);
    await nat('-X', chain);
  }
  const left = await nat('-S', dnatChain);
  if (!left.includes(`-N ${dnatChain}`) || left.includes('-A ')) return;
  // Nobody's host ports are left: the plugin makes its own chains again when it needs them.
  const jumps = (await nat('-S'))
    .split('\n')
    .filter((line) => /^-A (?!CNI-).* -j CNI-HOSTPORT-(DNAT|MASQ)$/.test(line));
  for (const jump of jumps) await nat('-D', ...wordsOf(jump.slice('-A '.length)));
  const chains = [dnatChain, 'CNI-HOSTPORT-MASQ', 'CNI-HOSTPORT-SETMARK'];
  for (const chain of chains) await nat('-F', chain);
  for (const chain of chains) await nat('-X', chain);
}

/** A rule as iptables prints it; only comments have quotes. */
const wordsOf = (rule: string): string[] => (rule.match(/"[^"]*"|\S+/g) ?? []).map((w) => w.replaceAll('"', ''));

const dnatChain = 'CNI-HOSTPORT-DNAT';
