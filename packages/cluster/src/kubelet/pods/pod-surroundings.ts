import type { ConfigMap, Secret, Service } from '@tiphys/sdk/api';
import type { EventRecorder } from '@tiphys/sdk/operator';
import type { Clock, Logger, Random } from '@tiphys/sdk/runtime';
import type { KubeletConfig } from '../config.ts';
import type { BackOff, ImagePuller } from '../../podspec/index.ts';
import type { AuthConfig, ContainerRuntime, Image, PodSandboxConfig } from '../cri/index.ts';
import type { PodCgroups } from '../cgroups/index.ts';
import type { StatusWriter } from '../status/status-writer.ts';
import type { PodVolumes, ReferencedObjects } from '../volumes/index.ts';
import type { NodeFacts } from './node-facts.ts';
import type { PodFiles } from './pod-files.ts';

/** Everything that running a pod takes. */
export interface PodSurroundings {
  readonly config: KubeletConfig;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly events: EventRecorder;
  readonly runtime: ContainerRuntime;
  /** `containerd`: the scheme of container ids. */
  readonly runtimeName: string;
  readonly images: ImagePuller<Image, AuthConfig, PodSandboxConfig>;
  readonly node: NodeFacts;
  readonly files: PodFiles;
  readonly volumes: PodVolumes;
  readonly cgroups: PodCgroups;
  readonly configMaps: ReferencedObjects<ConfigMap>;
  readonly secrets: ReferencedObjects<Secret>;
  readonly services: () => readonly Service[];
  readonly statuses: StatusWriter;
  /** Delays between restarts, by pod and container. */
  readonly restarts: BackOff;
}
