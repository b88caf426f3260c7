/**
 * A containerd of the node's own: a child process with its configuration, images, state and socket in one directory, so that it
 * meets no other containerd on the machine. Its containers outlive it and us; removing it is a step of its own.
 */
export {
  type ContainerdDeps,
  type ContainerdOptions,
  type RunningContainerd,
  startContainerd,
} from './run-containerd.ts';
export { removeContainerd } from './remove-containerd.ts';
export { containerdPaths, type ContainerdPaths } from './paths.ts';
