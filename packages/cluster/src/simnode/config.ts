export interface SimNodesConfig {
  readonly count: number;
  /** Nodes are called this and a number from 0 on. */
  readonly namePrefix: string;
  readonly capacity: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
  /** `amd64`, `arm64`. */
  readonly architecture: string;
  readonly kubeletVersion: string;
  /** The first of the nodes' own addresses; nobody answers there. */
  readonly firstAddress: string;
  /** From a pod's binding to its containers running, unless it says otherwise. */
  readonly startMs: number;
  /** From the wish to stop a container to its end; never longer than the pod's grace. */
  readonly stopMs: number;
  /** How long the containers of pods run that are meant to end (`restartPolicy` other than Always), unless they say otherwise. */
  readonly runMs: number;
  /** How often each node's lease is renewed. */
  readonly leaseMs: number;
  /** How often each node's status is written when nothing changes. */
  readonly statusMs: number;
  /** How many pods are worked on at once. */
  readonly workers: number;
}

export const defaultSimNodesConfig: SimNodesConfig = {
  count: 1,
  namePrefix: 'sim-',
  capacity: { cpu: '16', memory: '64Gi', 'ephemeral-storage': '100Gi', pods: '250' },
  labels: {},
  architecture: 'amd64',
  kubeletVersion: 'v1.36.3',
  firstAddress: '100.64.0.1',
  startMs: 0,
  stopMs: 0,
  runMs: 1000,
  leaseMs: 10_000,
  statusMs: 300_000,
  workers: 32,
};
