import { defaultImageGarbageConfig, type ImageGarbageConfig } from './garbage/index.ts';
import { pauseImageName } from './images/index.ts';

/** What a node agent is told about its node and its cluster. */
export interface KubeletConfig {
  readonly nodeName: string;
  /** The machine's own name; pods on its network have it too. */
  readonly hostname: string;
  /** The node's addresses, the first being the one that it is reached by. */
  readonly nodeIPs: readonly string[];
  /** Volumes and other files of pods. */
  readonly rootDir: string;
  /** Container logs; other tools look for them here too. */
  readonly podLogsDir: string;
  readonly clusterDomain: string;
  readonly clusterDNS: readonly string[];
  readonly resolvConf: string;
  /** The range of this node's pods, when nobody else assigns it. */
  readonly podCIDR?: string;
  readonly nodeLabels: Readonly<Record<string, string>>;
  readonly registerWithTaints: readonly { key: string; value?: string; effect: string }[];
  readonly maxPods: number;
  /** Kept from pods for the system and for us. */
  readonly reserved: Readonly<Record<string, string>>;
  /** Where kubectl's logs, exec and the like arrive; no server without it. */
  readonly serverPort: number;
  /** Name under which pods' cgroups stand, so that two agents on one machine don't meet. */
  readonly cgroupRoot: string;
  readonly kubeletVersion: string;
  readonly containerLogMaxBytes: number;
  readonly containerLogMaxFiles: number;
  /** What pods have to end in at most when the node agent ends them with itself. */
  readonly shutdownGraceSeconds: number;
  readonly imageGarbage: ImageGarbageConfig;
  /** The image of sandboxes: never cleaned away. */
  readonly sandboxImage: string;
  /** Dead containers kept per container, for `logs --previous`. */
  readonly maxDeadContainers: number;
}

/** Upstream's defaults. */
export const defaultKubeletConfig = {
  rootDir: '/var/lib/kubelet',
  podLogsDir: '/var/log/pods',
  clusterDomain: 'cluster.local',
  clusterDNS: [] as readonly string[],
  resolvConf: '/etc/resolv.conf',
  nodeLabels: {} as Readonly<Record<string, string>>,
  registerWithTaints: [] as KubeletConfig['registerWithTaints'],
  maxPods: 110,
  reserved: {} as Readonly<Record<string, string>>,
  serverPort: 10_250,
  cgroupRoot: 'kubepods',
  kubeletVersion: 'v1.36.3',
  containerLogMaxBytes: 10 * 1024 * 1024,
  containerLogMaxFiles: 5,
  shutdownGraceSeconds: 30,
  imageGarbage: defaultImageGarbageConfig,
  sandboxImage: pauseImageName,
  maxDeadContainers: 1,
} as const satisfies Partial<KubeletConfig>;
