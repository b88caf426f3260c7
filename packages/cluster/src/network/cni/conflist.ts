import type { CniConfig } from './config.ts';

/** The file's name; runtimes take the first in order of names. */
export const conflistName = ({ network }: Pick<CniConfig, 'network'>): string => `10-${network}.conflist`;

/**
 * The network as container runtimes and the standard plugins read it. The version is the newest that plugins of the oldest
 * supported distribution know. Masquerading is left to our own table, which costs one rule for all pods instead of a chain for
 * each.
 */
export function conflist(config: CniConfig, { hostPorts }: { hostPorts: boolean }): object {
  const { network, bridge, podCIDR, ipamDir, mtu, family } = config;
  return {
    cniVersion: '0.4.0',
    name: network,
    plugins: [
      {
        type: 'bridge',
        bridge,
        isGateway: true,
        // A bridge left over from when the node had other addresses takes the new one.
        forceAddress: true,
        ipMasq: false,
        // A pod may reach itself through a service, and then the packet leaves the bridge by the port it came in at.
        hairpinMode: true,
        ...(mtu && { mtu }),
        ipam: {
          type: 'host-local',
          ranges: [[{ subnet: podCIDR }]],
          routes: [{ dst: family === 'ip' ? '0.0.0.0/0' : '::/0' }],
          dataDir: ipamDir,
        },
      },
      ...(hostPorts ? [{ type: 'portmap', capabilities: { portMappings: true } }] : []),
    ],
  };
}

/** The programs that the network is made of; the runtime itself calls loopback. */
export const neededPlugins = ['bridge', 'host-local', 'loopback'] as const;
export const hostPortPlugin = 'portmap';
