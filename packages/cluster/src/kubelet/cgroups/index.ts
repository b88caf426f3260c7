/**
 * Cgroups of pods: a tree by quality of service under one root, each pod with a group of its own that bounds its containers
 * together. Versions 1 and 2 of the kernel's interface, named as the runtime's driver expects.
 */
export { cgroupParentOf, type CgroupDriver } from './cgroup-names.ts';
export { podTotal } from './pod-limits.ts';
export { noCgroups, type PodCgroups } from './pod-cgroups.ts';
export { removeCgroups, systemCgroups } from './system-cgroups.ts';
