import type { Container, ContainerConfig, ContainerStatus } from './container-messages.ts';
import type { Image } from './image-messages.ts';
import type { PodSandbox, PodSandboxConfig, PodSandboxStatus } from './sandbox-messages.ts';

interface Made {
  readonly id: string;
  /** In nanoseconds. */
  readonly createdAt: number;
}

export const readySandbox = (
  config: PodSandboxConfig,
  { id, createdAt, ip, handler }: Made & { ip: string; handler: string },
): PodSandboxStatus => ({
  id,
  metadata: { name: '', uid: '', namespace: '', attempt: 0, ...defined(config.metadata) },
  state: 'SANDBOX_READY',
  createdAt,
  network: { ip, additionalIps: [] },
  linux: null,
  labels: { ...config.labels },
  annotations: { ...config.annotations },
  runtimeHandler: handler,
});

export const listedSandbox = (status: PodSandboxStatus): PodSandbox => {
  const { id, metadata, state, createdAt, labels, annotations, runtimeHandler } = status;
  return { id, metadata, state, createdAt, labels, annotations, runtimeHandler };
};

export const createdContainer = (
  config: ContainerConfig,
  { id, createdAt, image, logDirectory }: Made & { image: Image; logDirectory: string },
): ContainerStatus => ({
  id,
  metadata: { name: '', attempt: 0, ...defined(config.metadata) },
  state: 'CONTAINER_CREATED',
  createdAt,
  startedAt: 0,
  finishedAt: 0,
  exitCode: 0,
  image: {
    image: config.image?.image ?? '',
    annotations: {},
    userSpecifiedImage: '',
    runtimeHandler: '',
    imageRef: '',
  },
  imageRef: image.repoDigests[0] ?? image.id,
  reason: '',
  message: '',
  labels: { ...config.labels },
  annotations: { ...config.annotations },
  mounts: [],
  logPath: config.logPath ? `${logDirectory}/${config.logPath}` : '',
  resources: null,
  imageId: image.id,
  user: null,
  stopSignal: 0,
});

export const listedContainer = (status: ContainerStatus, podSandboxId: string): Container => {
  const { id, metadata, image, imageRef, state, createdAt, labels, annotations, imageId } = status;
  return { id, podSandboxId, metadata, image, imageRef, state, createdAt, labels, annotations, imageId };
};

export const hasLabels = (labels: Record<string, string>, wanted: Readonly<Record<string, string>> = {}): boolean =>
  Object.entries(wanted).every(([key, value]) => labels[key] === value);

/** Without the members that are undefined, so that a spread doesn't overwrite with them. */
function defined<T extends object>(o: T | undefined): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(o ?? {}).filter(([, v]) => v !== undefined)) as never;
}
