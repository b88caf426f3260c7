/**
 * The node agent: makes a machine with a container runtime a node of a cluster. Each pod has a worker (`pods/`) that looks at
 * what the spec asks for and what the runtime has, and does what is missing through `containers/`, `volumes/` and `cgroups/`;
 * `probes/` says how containers do, `status/` tells the server, `node/` does the same for the machine. It speaks to the cluster
 * through the API alone and to containers through CRI alone, so it would serve anybody's Kubernetes on any CRI runtime.
 *
 * A whole node is `startContainerd` (or an existing socket), `connectRuntime` to it, the pod network, and `runKubelet` over them;
 * they end in the reverse order, since pods that end with the agent need runtime and network. After that `removeContainerd` and
 * `removeNode` leave nothing.
 */
export { defaultKubeletConfig, type KubeletConfig } from './config.ts';
export {
  type ConnectedRuntime,
  connectRuntime,
  type ContainerRuntime,
  fullImageName,
  isUnavailable,
} from './cri/index.ts';
export {
  type ContainerdDeps,
  type ContainerdOptions,
  containerdPaths,
  removeContainerd,
  type RunningContainerd,
  startContainerd,
} from './containerd/index.ts';
export {
  type FromHostOptions,
  imageFromHost,
  imageProblem,
  importImage,
  type ImportImageDeps,
  pauseImageName,
} from './images/index.ts';
export { type KubeletHost, systemHost } from './host.ts';
export { type KubeletDeps, runKubelet } from './kubelet.ts';
export { type Machine, type MachineFacts, type MachineUsage, systemMachine } from './node/machine.ts';
export { removeNode } from './remove-node.ts';
export {
  NodeAccess,
  type NodeInfo,
  type NodeListenOptions,
  NodeServer,
  type NodeServerDeps,
  type NodeServing,
  readLog,
} from './server/index.ts';
