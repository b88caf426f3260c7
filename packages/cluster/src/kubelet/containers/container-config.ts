import type { Container, Pod } from '@tiphys/sdk/api';
import type { ContainerConfig, Image, Mount } from '../cri/index.ts';
import { expand, type Variables } from '../../podspec/index.ts';
import { containerAnnotations, containerLabels } from './labels.ts';
import { linuxResources } from './linux-resources.ts';
import { securityContext } from './security-context.ts';

export interface ContainerSurroundings {
  readonly attempt: number;
  readonly image: Image;
  readonly variables: Variables;
  readonly mounts: readonly Mount[];
  readonly memoryCapacity: number;
  /** Groups that own volumes. */
  readonly volumeGroups: readonly number[];
}

/** The container as the runtime is asked for it. */
export function containerConfig(pod: Pod, container: Container, around: ContainerSurroundings): ContainerConfig {
  const { attempt, image, variables } = around;
  const expanded = (words: readonly string[] = []) => words.map((w) => expand(w, (name) => variables.get(name)));
  return {
    metadata: { name: container.name, attempt },
    // By id: a tag may move between the pull and now.
    image: { image: image.id, userSpecifiedImage: container.image ?? '' },
    command: expanded(container.command),
    args: expanded(container.args),
    workingDir: container.workingDir ?? '',
    envs: [...variables].map(([key, value]) => ({ key, value })),
    mounts: around.mounts,
    labels: containerLabels(pod, container),
    annotations: containerAnnotations(pod, container, attempt),
    logPath: `${container.name}/${attempt}.log`,
    stdin: container.stdin ?? false,
    stdinOnce: container.stdinOnce ?? false,
    tty: container.tty ?? false,
    linux: {
      resources: linuxResources(pod, container, around.memoryCapacity),
      securityContext: securityContext(pod, container, image, around.volumeGroups),
    },
  };
}
