import type { ClusterState } from '../cluster-state.ts';
import { maxScore, type SchedulerPlugin } from '../framework.ts';

const mb = 1024 * 1024;
/** Less than this isn't worth a preference. */
const smallest = 23 * mb;
/** Per container; more than this counts no further. */
const largest = 1000 * mb;

/** Nodes that hold the images of the pod's containers and volumes come first, images that few nodes hold counting less. */
export const imageLocality: SchedulerPlugin<undefined, ClusterState> = {
  name: 'ImageLocality',
  weight: 1,
  preScore: (_pod, _nodes, cluster) => (cluster.images.size ? cluster : undefined),
  score({ pod }, { images }, cluster) {
    const containers = [...(pod.spec.initContainers ?? []), ...pod.spec.containers];
    const volumes = (pod.spec.volumes ?? []).flatMap((v) => (v.image ? [v.image.reference] : []));
    let sum = 0;
    for (const image of [...containers.map((c) => c.image), ...volumes]) {
      const name = normalized(image ?? '');
      if (!images.has(name)) continue;
      const { size, holders } = cluster.images.get(name)!;
      sum += Math.floor(size * (holders / cluster.nodes.size));
    }
    const most = largest * containers.length;
    const counted = Math.min(Math.max(sum, smallest), most);
    return Math.floor((maxScore * (counted - smallest)) / (most - smallest));
  },
};

/** Node statuses name images with their tag. */
const normalized = (image: string): string =>
  image.lastIndexOf(':') <= image.lastIndexOf('/') && !image.includes('@') ? `${image}:latest` : image;
