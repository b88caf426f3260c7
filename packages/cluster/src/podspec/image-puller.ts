import { goDuration } from '@tiphys/sdk/machinery';
import type { Container, Pod, Secret } from '@tiphys/sdk/api';
import { type Clock, messageOf, throwIfAborted } from '@tiphys/sdk/runtime';
import { BackOff } from './back-off.ts';
import type { Tell } from './container-events.ts';
import { imageProblem } from './image-name.ts';
import { StartError } from './start-error.ts';

/** Where images are and come from; a runtime's image service is one. */
export interface ImageSource<Image, Auth, Sandbox> {
  /** Undefined when the image isn't there. */
  status(image: { image: string }, o: { signal: AbortSignal }): Promise<Image | undefined>;
  /** Resolves to what the image is found by. */
  pull(image: { image: string }, o: { signal: AbortSignal; auth?: Auth; sandbox?: Sandbox }): Promise<string>;
}

export interface PullRequest<Sandbox> {
  readonly pod: Pod;
  readonly container: Container;
  readonly sandbox?: Sandbox;
  readonly secrets: readonly Secret[];
  readonly tell: Tell;
}

export interface ImagePullerDeps<Image, Auth, Sandbox> {
  readonly images: ImageSource<Image, Auth, Sandbox>;
  readonly clock: Clock;
  /** What may be tried for an image, the likeliest first; empty for an anonymous pull. */
  readonly credentials: (image: string, secrets: readonly Secret[]) => readonly Auth[];
}

/** Sees to it that an image is on the machine, as its pull policy says. One pull at a time, and failures back off. */
export class ImagePuller<Image extends { readonly size: string | number }, Auth, Sandbox> {
  readonly #deps: ImagePullerDeps<Image, Auth, Sandbox>;
  readonly #backOff: BackOff;
  readonly #lastError = new Map<string, string>();
  #turn: Promise<unknown> = Promise.resolve();

  constructor(deps: ImagePullerDeps<Image, Auth, Sandbox>) {
    this.#deps = deps;
    this.#backOff = new BackOff(deps.clock);
  }

  /** Resolves to the image; rejects with the `StartError` that the container waits with. */
  async ensure(request: PullRequest<Sandbox>, signal: AbortSignal): Promise<Image> {
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

  async #pull(
    image: string,
    { pod, sandbox, secrets, tell }: PullRequest<Sandbox>,
    signal: AbortSignal,
  ): Promise<Image> {
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
      throwIfAborted(signal);
      const message = messageOf(err);
      tell('Warning', 'Failed', `Failed to pull image "${image}": ${message}`);
      this.#backOff.next(key);
      this.#lastError.set(key, message);
      throw new StartError('ErrImagePull', message, { cause: err, retryAfterMs: this.#backOff.waiting(key).leftMs });
    }
  }

  async #pullWith(
    image: string,
    secrets: readonly Secret[],
    sandbox: Sandbox | undefined,
    signal: AbortSignal,
  ): Promise<string> {
    const call = { signal, ...(sandbox && { sandbox }) };
    const credentials = this.#deps.credentials(image, secrets);
    if (credentials.length === 0) return this.#deps.images.pull({ image }, call);
    let failure: unknown;
    for (const auth of credentials) {
      try {
        return await this.#deps.images.pull({ image }, { ...call, auth });
      } catch (err) {
        throwIfAborted(signal);
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
