import { createHash } from 'node:crypto';
import { type Clock, throwIfAborted } from '@tiphys/sdk/runtime';
import type { AuthConfig, Image, ImageFsInfo, ImageSpec } from './image-messages.ts';
import { fullImageName } from './full-image-name.ts';
import type { Call, ImageService } from './runtime.ts';
import { RpcError } from '../../grpc/index.ts';

export interface FakeImage {
  sizeBytes?: number;
  pinned?: boolean;
  user?: { uid: number } | { name: string };
  /** How long pulling it takes. */
  pullMs?: number;
  /** Who may pull it; everybody when left out. */
  allows?: (auth: AuthConfig | undefined) => boolean;
}

/** Images of the fake runtime: what is on the machine, and the registries they come from. */
export class FakeImages implements ImageService {
  readonly #clock: Clock;
  readonly #registry = new Map<string, FakeImage>();
  readonly #held = new Map<string, Image>();
  /** What `fsInfo` answers. */
  usedBytes = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Makes an image that can be pulled. */
  publish(name: string, image: FakeImage = {}): void {
    this.#registry.set(fullImageName(name), image);
  }

  /** Makes an image that is on the machine already. */
  load(name: string, image: FakeImage = {}): void {
    const full = fullImageName(name);
    const id = idOf(full);
    const { user } = image;
    this.#held.set(full, {
      id,
      repoTags: [full],
      repoDigests: [`${full.replace(/:[^/]*$/, '')}@${id}`],
      size: image.sizeBytes ?? 1_000_000,
      uid: user && 'uid' in user ? { value: user.uid } : null,
      username: user && 'name' in user ? user.name : '',
      spec: null,
      pinned: image.pinned ?? false,
    });
  }

  async list({ signal }: Call): Promise<Image[]> {
    throwIfAborted(signal);
    return [...this.#held.values()];
  }

  async status({ image = '' }: ImageSpec, { signal }: Call): Promise<Image | undefined> {
    throwIfAborted(signal);
    return this.find(image);
  }

  async pull({ image = '' }: ImageSpec, { signal, auth }: Call & { auth?: AuthConfig }): Promise<string> {
    const full = fullImageName(image);
    const published = this.#registry.get(full);
    const doing = `failed to pull and unpack image "${full}": failed to resolve reference "${full}"`;
    if (!published) throw new RpcError('NotFound', `${doing}: ${full}: not found`);
    if (published.allows && !published.allows(auth)) {
      throw new RpcError(
        'Unknown',
        `${doing}: pull access denied, repository does not exist or may require authorization`,
      );
    }
    await this.#clock.sleep(published.pullMs ?? 0, signal);
    this.load(image, published);
    return idOf(full);
  }

  async remove({ image = '' }: ImageSpec, { signal }: Call): Promise<void> {
    throwIfAborted(signal);
    const found = this.find(image);
    for (const [name, held] of this.#held) if (held === found) this.#held.delete(name);
  }

  async fsInfo({ signal }: Call): Promise<ImageFsInfo> {
    throwIfAborted(signal);
    const usage = {
      timestamp: this.#clock.now() * 1e6,
      fsId: { mountpoint: '/var/lib/containerd' },
      usedBytes: { value: this.usedBytes },
      inodesUsed: { value: 0 },
    };
    return { imageFilesystems: [usage], containerFilesystems: [usage] };
  }

  /** By name or by id. */
  find(image: string): Image | undefined {
    return this.#held.get(fullImageName(image)) ?? [...this.#held.values()].find((i) => i.id === image);
  }
}

const idOf = (name: string) => `sha256:${createHash('sha256').update(name).digest('hex')}`;
