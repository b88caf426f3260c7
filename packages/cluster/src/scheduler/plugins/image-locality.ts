import type { ClusterState } from '../cluster-state.ts';
import { maxScore, type SchedulerPlugin } from '../framework.ts';

const mb = 1024 * 1024;
/** Less than this isn't worth a preference. */
const smallest = 23 * mb;
/** Per container; more than this counts no further. */
const largest = 1000 * mb;

/** Nodes that hold the pod's images come first, images that few nodes hold counting less. */
export const imageLocality: SchedulerPlugin<undefined, ClusterState> = {
  name: 'ImageLocality',
  weight: 1,
  preScore: (_pod, _nodes, cluster) => (cluster.imageSpread.size ? cluster : undefined),
  score({ pod }, { images }, cluster) {
    const containers = [...(pod.spec.initContainers ?? []), ...pod.spec.containers];
    let sum = 0;
    for (const c of containers) {
      const name = normalized(c.image ?? '');
      const size = images.get(name);
      if (size !== undefined) sum += Math.floor(size * ((cluster.imageSpread.get(name) ?? 0) / cluster.nodes.size));
    }
    const most = largest * containers.length;
    const counted = Math.min(Math.max(sum, smallest), most);
    return Math.floor((maxScore * (counted - smallest)) / (most - smallest));
  },
};

/** Node statuses name images with their tag. */
const normalized = (image: string): string =>
  image.lastIndexOf(':') <= image.lastIndexOf('/') && !image.includes('@') ? `${image}:latest` : image;
