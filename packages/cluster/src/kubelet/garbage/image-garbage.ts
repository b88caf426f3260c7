import { type Clock, type Logger, messageOf } from '@tiphys/sdk/runtime';
import { type ContainerRuntime, fullImageName, type Image } from '../cri/index.ts';

export interface ImageGarbageConfig {
  /** Above so much of the disk in use, images go; 100 never. */
  readonly highPercent: number;
  /** Down to so much. */
  readonly lowPercent: number;
  /** Younger ones stay: somebody may have pulled them to use them. */
  readonly minAgeMs: number;
}

export const defaultImageGarbageConfig: ImageGarbageConfig = {
  highPercent: 85,
  lowPercent: 80,
  minAgeMs: 120_000,
};

export interface DiskUsage {
  readonly bytes: number;
  readonly availableBytes: number;
}

export interface ImageGarbageDeps {
  readonly runtime: Pick<ContainerRuntime, 'images' | 'listContainers'>;
  readonly clock: Clock;
  readonly log: Logger;
  readonly config: ImageGarbageConfig;
  /** Of the disk that a path is on. */
  readonly diskUsage: (path: string) => Promise<DiskUsage>;
  /** Never removed, whoever uses it: the runtime can't do without. */
  readonly sandboxImage: string;
  /** Tells users of the node. */
  readonly tell: (reason: string, message: string) => void;
}

interface Seen {
  readonly firstSeenAt: number;
  lastUsedAt: number;
}

const periodMs = 300_000;

/** Removes images that no container uses when their disk fills up, those that were unused longest first. */
export class ImageGarbage {
  readonly #deps: ImageGarbageDeps;
  readonly #seen = new Map<string, Seen>();

  constructor(deps: ImageGarbageDeps) {
    this.#deps = deps;
  }

  async run(signal: AbortSignal): Promise<void> {
    const { clock, log, tell } = this.#deps;
    for (let failures = 0; ;) {
      try {
        await this.collect(signal);
        failures = 0;
      } catch (err) {
        if (signal.aborted) return;
        const message = messageOf(err);
        log.warn('images could not be cleaned up', { error: message });
        // The first may come of a runtime that has just started.
        if (failures++ > 0) tell('ImageGCFailed', message);
      }
      await clock.sleep(periodMs, signal);
    }
  }

  /** Looks once, and removes what has to go. */
  async collect(signal: AbortSignal): Promise<void> {
    const { runtime, config, diskUsage, log } = this.#deps;
    const now = this.#deps.clock.monotonic();
    const images = await this.#look(now, signal);
    const { imageFilesystems } = await runtime.images.fsInfo({ signal });
    const mountpoint = imageFilesystems[0]?.fsId?.mountpoint;
    if (!mountpoint || config.highPercent >= 100) return;
    const { bytes, availableBytes } = await diskUsage(mountpoint);
    if (bytes === 0) throw new Error(`invalid capacity 0 on image filesystem`);
    const usedPercent = 100 - Math.floor((availableBytes * 100) / bytes);
    if (usedPercent < config.highPercent) return;
    const amount = Math.floor((bytes * (100 - config.lowPercent)) / 100) - availableBytes;
    log.info('the disk of images is full; removing unused ones', { usedPercent, bytesToFree: amount });
    const freed = await this.#free(images, amount, now, signal);
    if (freed >= amount) return;
    this.#deps.tell(
      'FreeDiskSpaceFailed',
      `Failed to garbage collect required amount of images. Attempted to free ${amount} bytes, but only found ${freed} bytes eligible to free.`,
    );
  }

  /** Notes which images there are and which are in use. */
  async #look(now: number, signal: AbortSignal): Promise<Image[]> {
    const { runtime, sandboxImage } = this.#deps;
    const [images, containers] = await Promise.all([
      runtime.images.list({ signal }),
      runtime.listContainers({}, { signal }),
    ]);
    const used = new Set(containers.flatMap((c) => [c.imageRef, c.imageId, c.image?.image ?? '']));
    for (const image of images) {
      const seen = this.#seen.get(image.id) ?? { firstSeenAt: now, lastUsedAt: -Infinity };
      const names = [image.id, ...image.repoTags, ...image.repoDigests];
      const isSandbox = image.repoTags.includes(fullImageName(sandboxImage));
      if (isSandbox || names.some((name) => used.has(name))) seen.lastUsedAt = now;
      this.#seen.set(image.id, seen);
    }
    const present = new Set(images.map((i) => i.id));
    for (const id of this.#seen.keys()) if (!present.has(id)) this.#seen.delete(id);
    return images;
  }

  /** Resolves to how many bytes went. */
  async #free(images: readonly Image[], amount: number, now: number, signal: AbortSignal): Promise<number> {
    const { runtime, config, log } = this.#deps;
    const about = (image: Image) => this.#seen.get(image.id)!;
    const unused = images
      .filter((i) => !i.pinned && about(i).lastUsedAt < now && now - about(i).firstSeenAt >= config.minAgeMs)
      .toSorted((a, b) => about(a).lastUsedAt - about(b).lastUsedAt || about(a).firstSeenAt - about(b).firstSeenAt);
    let freed = 0;
    for (const image of unused) {
      if (freed >= amount) break;
      await runtime.images.remove({ image: image.id }, { signal });
      log.info('image removed', { image: image.repoTags[0] ?? image.id, bytes: image.size });
      this.#seen.delete(image.id);
      freed += image.size;
    }
    return freed;
  }
}
