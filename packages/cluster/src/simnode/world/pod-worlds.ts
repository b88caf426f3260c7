import { posix } from 'node:path';
import { configMap, type Container, type Node, type Pod, secret, service, type Volume } from '@tiphys/sdk/api';
import type { Cache, Informer } from '@tiphys/sdk/cache';
import type { Client } from '@tiphys/sdk/client';
import type { KubeObject } from '@tiphys/sdk/machinery';
import { type Clock, messageOf, type Random } from '@tiphys/sdk/runtime';
import type { Kind } from '@tiphys/sdk/schema';
import {
  containerNamed,
  environment,
  type EnvironmentSources,
  type PodAddresses,
  ServiceAccountTokens,
  volumeFiles,
  type VolumeSources,
} from '../../podspec/index.ts';
import { directory, FileTree, type SimDirectory } from './file-tree.ts';

export interface PodWorldsDeps {
  readonly cache: Cache;
  readonly nodes: Informer<Node>;
  readonly clientOf: (node: string) => Client;
  readonly clock: Clock;
  readonly random: Random;
}

/** What the processes of a container find: its files and its variables. */
export interface World {
  readonly files: FileTree;
  readonly env: ReadonlyMap<string, string>;
  readonly cwd: string;
  readonly hostname: string;
}

interface PodWorld {
  readonly volumes: Map<string, SimDirectory>;
  readonly containers: Map<string, World>;
  readonly tokens: ServiceAccountTokens;
}

/** A volume can't be made, as `volume` is told in upstream's words. */
export class VolumeProblem extends Error {
  constructor(volume: string, cause: unknown) {
    super(`MountVolume.SetUp failed for volume "${volume}" : ${messageOf(cause)}`, {
      cause,
    });
    this.name = 'VolumeProblem';
  }
}

/** The worlds of simulated containers. Each is made when somebody looks, and its volumes are current whenever somebody does. */
export class PodWorlds {
  readonly #deps: PodWorldsDeps;
  readonly #worlds = new Map<string, PodWorld>();

  constructor(deps: PodWorldsDeps) {
    this.#deps = deps;
  }

  /** Of a container that starts: files that earlier runs left are gone, those in volumes stay. */
  async begin(pod: Pod, container: Container, addresses: PodAddresses, signal: AbortSignal): Promise<World> {
    this.#worlds.get(pod.metadata.uid!)?.containers.delete(container.name);
    return this.of(pod, container.name, addresses, signal);
  }

  /** Rejects with a `VolumeProblem`, or the `StartError` of what stands in the way of the container's variables. */
  async of(pod: Pod, name: string, addresses: PodAddresses, signal: AbortSignal): Promise<World> {
    const uid = pod.metadata.uid!;
    const { clientOf, clock, random } = this.#deps;
    let world = this.#worlds.get(uid);
    if (!world) {
      const tokens = new ServiceAccountTokens({ client: clientOf(pod.spec.nodeName!), clock, random });
      this.#worlds.set(uid, (world = { volumes: new Map(), containers: new Map(), tokens }));
    }
    const sources = await this.#sourcesOf(pod, world, addresses, signal);
    for (const volume of pod.spec.volumes ?? []) await this.#fill(volume, pod, world.volumes, sources);
    let own = world.containers.get(name);
    if (!own) world.containers.set(name, (own = await this.#make(pod, containerNamed(pod, name)!, world, sources)));
    return own;
  }

  forget(uid: string): void {
    this.#worlds.delete(uid);
  }

  async #fill(volume: Volume, pod: Pod, volumes: PodWorld['volumes'], sources: VolumeSources): Promise<void> {
    const now = this.#deps.clock.now();
    try {
      const filled = await volumeFiles(volume, pod, sources);
      const held = volumes.get(volume.name) ?? directory(now, { readOnly: filled !== undefined, mode: 0o777 });
      volumes.set(volume.name, held);
      if (!filled) return;
      const files = new FileTree(() => now);
      for (const [path, { data, mode }] of filled.files) {
        files.makeDirectory(posix.dirname(posix.join('/', path)), { parents: true });
        files.write(path, data, { mode });
      }
      held.entries.clear();
      for (const [name, entry] of files.root.entries) held.entries.set(name, entry);
    } catch (err) {
      throw new VolumeProblem(volume.name, err);
    }
  }

  async #make(pod: Pod, container: Container, world: PodWorld, sources: EnvironmentSources): Promise<World> {
    const files = new FileTree(() => this.#deps.clock.now());
    const hostname = pod.spec.hostNetwork ? pod.spec.nodeName! : pod.spec.hostname || pod.metadata.name!;
    for (const path of ['bin', 'dev', 'etc', 'home', 'proc', 'root', 'sys', 'tmp', 'usr/bin', 'var']) {
      files.makeDirectory(posix.join('/', path), { parents: true });
    }
    files.write('/etc/hostname', Buffer.from(`${hostname}\n`));
    files.write('/etc/hosts', Buffer.from(`127.0.0.1\tlocalhost\n${sources.podIPs[0] ?? ''}\t${hostname}\n`));
    for (const { name, mountPath, subPath, readOnly } of container.volumeMounts ?? []) {
      const volume = world.volumes.get(name);
      if (!volume) continue;
      files.mount(mountPath, readOnly ? { ...volume, readOnly } : volume);
      if (!subPath) continue;
      const whole = new FileTree(() => this.#deps.clock.now());
      whole.mount('/v', volume);
      const at = posix.join('/v', subPath);
      if (!whole.find(at)) whole.makeDirectory(at, { parents: true });
      files.mount(mountPath, whole.entry(at));
    }
    const variables = await environment(pod, container, sources);
    const defaults = { PATH: '/usr/local/bin:/usr/bin:/bin', HOSTNAME: hostname, HOME: '/root' };
    const cwd = container.workingDir || '/';
    files.makeDirectory(cwd, { parents: true });
    return { files, env: new Map([...Object.entries(defaults), ...variables]), cwd, hostname };
  }

  async #sourcesOf(
    pod: Pod,
    { tokens }: PodWorld,
    addresses: PodAddresses,
    signal: AbortSignal,
  ): Promise<VolumeSources & EnvironmentSources> {
    const { namespace } = pod.metadata;
    const find = async <O extends KubeObject, M>(kind: Kind<O, M>, name: string) =>
      (await this.#synced(kind, signal)).get(namespace, name);
    return {
      ...addresses,
      allocatable: this.#deps.nodes.get(undefined, pod.spec.nodeName!)?.status?.allocatable ?? {},
      services: (await this.#synced(service, signal)).list(),
      configMap: (name) => find(configMap, name),
      secret: (name) => find(secret, name),
      token: (o) => tokens.token(pod, o, signal),
    };
  }

  async #synced<O extends KubeObject, M>(kind: Kind<O, M>, signal: AbortSignal): Promise<Informer<O>> {
    const informer = this.#deps.cache.informer(kind);
    await informer.synced(signal);
    return informer;
  }
}

/** Whether something must be looked up before the pod's containers can start. */
export const refersToObjects = ({ spec }: Pod): boolean =>
  (spec.volumes ?? []).some((v) => v.configMap ?? v.secret) ||
  [...spec.containers, ...(spec.initContainers ?? [])].some(
    (c) => c.envFrom?.length || c.env?.some((e) => e.valueFrom?.configMapKeyRef ?? e.valueFrom?.secretKeyRef),
  );
