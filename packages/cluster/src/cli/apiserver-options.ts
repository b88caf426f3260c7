import type { AdmissionFlags, AuditOptions, AuthenticationOptions, PartsConfig } from '../apiserver/index.ts';
import type { AggregationOptions } from './aggregation-flags.ts';
import type { AuthorizationFlags } from './authorization-flags.ts';
import type { ServingOptions } from './serving-flags.ts';
import type { EtcdFlags } from './store.ts';

export interface ApiServerOptions {
  readonly dataDir: string;
  readonly securePort: number;
  /** How the flag is called that the port came from. */
  readonly portFlag: string;
  readonly bindAddress: string;
  readonly tokenAuthFile?: string;
  readonly serviceClusterIpRange: string;
  readonly allowPrivileged: boolean;
  readonly nodePortRange?: NonNullable<PartsConfig['nodePortRange']>;
  readonly eventTtlSeconds?: number;
  readonly profiling?: boolean;
  /** What `/flagz` tells. */
  readonly flags?: ReadonlyMap<string, string>;
  /** Versions to serve or not, as `--runtime-config` says it. */
  readonly runtimeConfig?: string;
  /** Feature gates that are on, as far as they decide what is served. */
  readonly featureGates?: ReadonlySet<string>;
  /** Admission plugins, when they aren't upstream's default ones. */
  readonly admission?: AdmissionFlags;
  readonly aggregation?: AggregationOptions;
  readonly priorityAndFairness?: boolean;
  readonly limits?: { readonly readOnly: number; readonly mutating: number };
  readonly requestTimeoutMs?: number;
  /** What is told of requests, and where; nothing, unless said. */
  readonly audit?: AuditOptions;
  readonly minWatchSeconds?: number;
  readonly maxStreamsPerConnection?: number;
  readonly serving?: ServingOptions;
  /** Between not being ready any more and letting nobody in. */
  readonly shutdownDelayMs?: number;
  /** Pods and nodes reach the server under it; the address of this machine when left out. */
  readonly advertiseAddress?: string;
  /** What it shows, unless it is a certificate of its own. */
  readonly tls?: { readonly certFile: string; readonly keyFile: string };
  /** An authority of clients' certificates beside our own. */
  readonly clientCaFile?: string;
  /** Who vouches for the agents of nodes: the cluster itself, or who is in the file. Nobody, unless said, as upstream has it. */
  readonly kubeletCa?: 'own' | { readonly file: string };
  readonly serviceAccountIssuer?: readonly string[];
  readonly serviceAccountKeyFile?: readonly string[];
  readonly serviceAccountSigningKeyFile?: string;
  readonly apiAudiences?: readonly string[];
  /** Who says what users may: nodes for their pods, and stored roles, when left out. */
  readonly authorization?: AuthorizationFlags;
  readonly serviceAccountJwksUri?: string;
  readonly serviceAccountLookup?: boolean;
  readonly serviceAccountExtendTokenExpiration?: boolean;
  /** In milliseconds; 0 for any. */
  readonly serviceAccountMaxTokenExpiration?: number;
  /** Who else is let in. */
  readonly authentication?: AuthenticationOptions;
  /** The store of the data directory, when left out. */
  readonly etcd?: EtcdFlags;
  readonly etcdPrefix?: string;
  /** Which values are encrypted in the store, as a file says, and whether it is followed. */
  readonly encryption?: { readonly file: string; readonly reload: boolean };
  /** How often the store is compacted, 0 for never; every five minutes when left out. */
  readonly compactionIntervalMs?: number;
  /** Other clusters, for some resources. */
  readonly etcdOverrides?: readonly {
    readonly group: string;
    readonly resource: string;
    readonly servers: readonly string[];
  }[];
  /** Where etcd's own API is served over the store. */
  readonly serveEtcd?: string;
}

/** Those of the options that were given. */
export function given<T extends object, K extends keyof T>(
  options: T,
  names: readonly K[],
): { [P in K]?: NonNullable<T[P]> } {
  return Object.fromEntries(names.flatMap((n) => (options[n] === undefined ? [] : [[n, options[n]]]))) as never;
}
