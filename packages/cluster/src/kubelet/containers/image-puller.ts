import type { Container, Pod, Secret } from '@tiphys/sdk/api';
import type { Clock } from '@tiphys/sdk/runtime';
import type { AuthConfig, Image, ImageService, PodSandboxConfig } from '../cri/index.ts';
import { BackOff, goDuration, imageProblem, StartError } from '../../podspec/index.ts';
import type { Tell } from './container-events.ts';

export interface PullRequest {
  readonly pod: Pod;
  readonly container: Container;
  readonly sandbox: PodSandboxConfig;
  readonly secrets: readonly Secret[];
  readonly tell: Tell;
}

export interface ImagePullerDeps {
  readonly images: ImageService;
  readonly clock: Clock;
  /** What may be tried for an image, the likeliest first; empty for an anonymous pull. */
  readonly credentials: (image: string, secrets: readonly Secret[]) => readonly AuthConfig[];
}

/** Sees to it that an image is on the machine, as its pull policy says. One pull at a time, and failures back off. */
export class ImagePuller {
  readonly #deps: ImagePullerDeps;
  readonly #backOff: BackOff;
  readonly #lastError = new Map<string, string>();
  #turn: Promise<unknown> = Promise.resolve();

  constructor(deps: ImagePullerDeps) {
    this.#deps = deps;
    this.#backOff = new BackOff(deps.clock);
  }

  /** Resolves to the image; rejects with the `StartError` that the container waits with. */
  async ensure(request: PullRequest, signal: AbortSignal): Promise<Image> {
    const { images } = this.#deps;
    const { container, tell } = request;
    const image = container.image ?? '';
    const problem = imageProblem(image);
    if (problem) {
      const message = `Failed to apply default image tag "${image}": ${problem}`;
      tell('Warning', 'InspectFailed', message);
      throw new StartError('InvalidImageName', message);
    }
    const held = await images.status({ image }, { signal });
    const policy = container.imagePullPolicy ?? 'IfNotPresent';
    if (held && policy !== 'Always') {
      tell('Normal', 'Pulled', `Container image "${image}" already present on machine and can be accessed by the pod`);
      return held;
    }
    if (policy === 'Never') {
      const message = `Container image "${image}" is not present with pull policy of Never`;
      tell('Warning', 'ErrImageNeverPull', message);
      throw new StartError('ErrImageNeverPull', message);
    }
    return this.#pull(image, request, signal);
  }

  /** A pod is gone, and what was remembered of its pulls with it. */
  forget(uid: string): void {
    this.#backOff.forget(`${uid}/`);
    for (const key of this.#lastError.keys()) if (key.startsWith(`${uid}/`)) this.#lastError.delete(key);
  }

  async #pull(image: string, { pod, sandbox, secrets, tell }: PullRequest, signal: AbortSignal): Promise<Image> {
    const { clock, images } = this.#deps;
    const key = `${pod.metadata.uid}/${image}`;
    const { leftMs } = this.#backOff.waiting(key);
    if (leftMs > 0) {
      const message = `Back-off pulling image "${image}"`;
      tell('Normal', 'BackOff', message);
      const before = this.#lastError.get(key);
      throw new StartError('ImagePullBackOff', before ? `${message}: ErrImagePull: ${before}` : message, {
        retryAfterMs: leftMs,
      });
    }
    tell('Normal', 'Pulling', `Pulling image "${image}"`);
    const askedAt = clock.monotonic();
    try {
      const { ref, startedAt } = await this.#inTurn(async () => {
        const startedAt = clock.monotonic();
        return { startedAt, ref: await this.#pullWith(image, secrets, sandbox, signal) };
      });
      const endedAt = clock.monotonic();
      const pulled = (await images.status({ image: ref }, { signal })) ?? (await images.status({ image }, { signal }));
      if (!pulled) throw new Error(`image "${image}" is not there after it was pulled`);
      const [alone, whole] = [goDuration(endedAt - startedAt), goDuration(endedAt - askedAt)];
      const size = `Image size: ${pulled.size} bytes.`;
      tell(
        'Normal',
        'Pulled',
        `Successfully pulled image "${image}" in ${alone} (${whole} including waiting). ${size}`,
      );
      this.#backOff.reset(key);
      this.#lastError.delete(key);
      return pulled;
    } catch (err) {
      if (signal.aborted) throw err;
      const message = err instanceof Error ? err.message : String(err);
      tell('Warning', 'Failed', `Failed to pull image "${image}": ${message}`);
      this.#backOff.next(key);
      this.#lastError.set(key, message);
      throw new StartError('ErrImagePull', message, { cause: err, retryAfterMs: this.#backOff.waiting(key).leftMs });
    }
  }

  async #pullWith(
    image: string,
    secrets: readonly Secret[],
    sandbox: PodSandboxConfig,
    signal: AbortSignal,
  ): Promise<string> {
    const credentials = this.#deps.credentials(image, secrets);
    if (credentials.length === 0) return this.#deps.images.pull({ image }, { signal, sandbox });
    let failure: unknown;
    for (const auth of credentials) {
      try {
        return await this.#deps.images.pull({ image }, { signal, sandbox, auth });
      } catch (err) {
        if (signal.aborted) throw err;
        failure = err; // the next credential may fit
      }
    }
    throw failure;
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.#turn.then(work);
    // The next in line doesn't care how this one ended.
    this.#turn = mine.catch(() => undefined);
    return mine;
  }
}
