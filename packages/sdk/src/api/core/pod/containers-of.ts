import { type Path } from '../../../machinery/index.ts';
import type { Container, EphemeralContainer } from './container.ts';
import type { PodSpec } from './pod-spec.ts';

/** An init container that keeps running beside the others. */
export const isSidecar = (c: Pick<Container, 'restartPolicy'> | undefined): boolean => c?.restartPolicy === 'Always';

type AnyContainer = Container | EphemeralContainer;
type ContainerList = 'initContainers' | 'containers' | 'ephemeralContainers';
const lists: readonly ContainerList[] = ['initContainers', 'containers', 'ephemeralContainers'];

/** A container and where in its pod it stands. */
export interface Placed {
  readonly container: AnyContainer;
  readonly list: ContainerList;
  readonly index: number;
}

/** Every container of a pod, in upstream's order of visiting. */
export function allContainers(spec: PodSpec): Placed[] {
  const all: Placed[] = [];
  for (const list of lists) {
    spec[list]?.forEach((container, index) => all.push({ container, list, index }));
  }
  return all;
}

export const anyContainer = (spec: PodSpec, holds: (container: AnyContainer) => boolean): boolean =>
  lists.some((list) => spec[list]?.some(holds));

/** As a path; `at` is the spec's. */
export const placeOf = ({ list, index }: Placed, at: Path): Path => at.child(list).index(index);

/** The same with the path of each; `at` is the spec. */
export const containersAt = (spec: PodSpec, at: Path): { container: AnyContainer; at: Path }[] =>
  allContainers(spec).map((placed) => ({ container: placed.container, at: placeOf(placed, at) }));

export const containersNamed = (list: readonly Container[] | undefined): ReadonlyMap<string, Container> =>
  new Map((list ?? []).map((c) => [c.name, c]));
