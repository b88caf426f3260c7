import { type Path } from '../../../machinery/index.ts';
import type { Container, EphemeralContainer } from './container.ts';
import type { PodSpec } from './pod-spec.ts';

/** An init container that keeps running beside the others. */
export const isSidecar = (c: Pick<Container, 'restartPolicy'> | undefined): boolean => c?.restartPolicy === 'Always';

type AnyContainer = Container | EphemeralContainer;
type ContainerList = 'initContainers' | 'containers' | 'ephemeralContainers';
const lists: readonly ContainerList[] = ['initContainers', 'containers', 'ephemeralContainers'];

/** Every container of a pod, in upstream's order of visiting. */
export function allContainers(spec: PodSpec): { container: AnyContainer; list: ContainerList; index: number }[] {
  const all = [];
  for (const list of lists) {
    for (const [index, container] of spec[list]?.entries() ?? []) all.push({ container, list, index });
  }
  return all;
}

/** The same with where each one stands; `at` is the spec. */
export const containersAt = (spec: PodSpec, at: Path): { container: AnyContainer; at: Path }[] =>
  allContainers(spec).map(({ container, list, index }) => ({ container, at: at.child(list).index(index) }));

export const containersNamed = (list: readonly Container[] | undefined): ReadonlyMap<string, Container> =>
  new Map((list ?? []).map((c) => [c.name, c]));
