import type { Pod } from '@tiphys/sdk/api';
import type { CgroupDriver } from './cgroup-names.ts';

export interface PodCgroups {
  readonly driver: CgroupDriver;
  /** The pod's group as the runtime is told of it. */
  parentOf(pod: Pod): string;
  /** Makes the pod's group, or brings its bounds up to date. */
  ensure(pod: Pod): Promise<void>;
  /** Removes the pod's group, whatever is left in it. */
  remove(pod: Pod): Promise<void>;
}

/** Leaves everything to the runtime. */
export const noCgroups: PodCgroups = {
  driver: 'cgroupfs',
  parentOf: () => '',
  ensure: () => Promise.resolve(),
  remove: () => Promise.resolve(),
};
