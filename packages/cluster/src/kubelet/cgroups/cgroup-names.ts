import type { QosClass } from '../containers/qos.ts';

export type CgroupDriver = 'cgroupfs' | 'systemd';

/** The steps from the top of the tree to a pod's group; guaranteed pods stand beside the two classes. */
function steps(root: string, qos: QosClass, uid: string): string[] {
  const tier = qos === 'Guaranteed' ? [] : [qos.toLowerCase()];
  return [root, ...tier, `pod${uid}`];
}

/** A pod's group as the runtime is told of it: a path, or for systemd the name of a slice. */
export function cgroupParentOf(driver: CgroupDriver, root: string, qos: QosClass, uid: string): string {
  const path = steps(root, qos, uid);
  if (driver === 'cgroupfs') return `/${path.join('/')}`;
  // A slice's name repeats those of its parents; dashes part them, so a uid may have none.
  return slices(path).at(-1)!;
}

/** The same as a path under a hierarchy's mount point. */
export function cgroupPathOf(driver: CgroupDriver, root: string, qos: QosClass, uid: string): string {
  const path = steps(root, qos, uid);
  return driver === 'cgroupfs' ? path.join('/') : slices(path).join('/');
}

const slices = (path: readonly string[]) =>
  path.map(
    (_, i) =>
      `${path
        .slice(0, i + 1)
        .map((s) => s.replaceAll('-', '_'))
        .join('-')}.slice`,
  );
