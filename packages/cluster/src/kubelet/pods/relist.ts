import { type Clock, isAbort, type Logger, throwIfAborted } from '@tiphys/sdk/runtime';
import { podUidLabel } from '../containers/labels.ts';
import { type ContainerRuntime, isUnimplemented } from '../cri/index.ts';

export interface RelistDeps {
  readonly runtime: ContainerRuntime;
  readonly clock: Clock;
  readonly log: Logger;
  /** Something about the pod is different from before. */
  readonly changed: (uid: string) => void;
}

/** How often the runtime is asked for everything: where it tells of changes by itself, only to be sure. */
const periodMs = { alone: 1000, besideEvents: 60_000 };
/** Events that broke off are asked for again after this long. */
const reconnectMs = 1000;
/** Upstream's: a runtime that hasn't answered for this long makes the node unready. */
const longestSilenceMs = 180_000;

/** Notices what happens in the runtime: by its events where it has them, and by looking, which is the truth. */
export class Relist {
  readonly #deps: RelistDeps;
  /** The states of each pod's sandboxes and containers, as one text. */
  #known = new Map<string, string>();
  #lookedAt: number;
  #hasEvents = false;

  constructor(deps: RelistDeps) {
    this.#deps = deps;
    this.#lookedAt = deps.clock.monotonic();
  }

  /** Pods of which the runtime has something. */
  get uids(): Iterable<string> {
    return this.#known.keys();
  }

  /** Why the node can't be trusted with pods; undefined while the runtime answers. */
  problem(): string | undefined {
    const silence = this.#deps.clock.monotonic() - this.#lookedAt;
    if (silence <= longestSilenceMs) return undefined;
    return `PLEG is not healthy: pleg was last seen active ${Math.round(silence / 1000)}s ago; threshold is 3m0s`;
  }

  async run(signal: AbortSignal): Promise<void> {
    await Promise.all([this.#watch(signal), this.#lookAgain(signal)]);
  }

  /** Looks once, and tells of every pod whose state is another than before. */
  async look(signal: AbortSignal): Promise<void> {
    const { runtime, clock, changed } = this.#deps;
    const [sandboxes, containers] = await Promise.all([
      runtime.listPodSandboxes({}, { signal }),
      runtime.listContainers({}, { signal }),
    ]);
    this.#lookedAt = clock.monotonic();
    const parts = new Map<string, string[]>();
    for (const { id, state, labels } of [...sandboxes, ...containers]) {
      const uid = labels[podUidLabel];
      if (uid) parts.set(uid, [...(parts.get(uid) ?? []), `${id}=${state}`]);
    }
    const before = this.#known;
    this.#known = new Map([...parts].map(([uid, states]) => [uid, states.toSorted().join()]));
    for (const uid of new Set([...before.keys(), ...this.#known.keys()])) {
      if (before.get(uid) !== this.#known.get(uid)) changed(uid);
    }
  }

  async #lookAgain(signal: AbortSignal): Promise<void> {
    const { clock, log } = this.#deps;
    for (;;) {
      await this.look(signal).catch((err: unknown) => {
        throwIfAborted(signal);
        log.warn('the container runtime gives no answer', { error: String(err) });
      });
      await clock.sleep(this.#hasEvents ? periodMs.besideEvents : periodMs.alone, signal);
    }
  }

  async #watch(signal: AbortSignal): Promise<void> {
    const { runtime, clock, log, changed } = this.#deps;
    for (;;) {
      try {
        for await (const { podSandboxStatus } of runtime.events({ signal })) {
          this.#hasEvents = true;
          const uid = podSandboxStatus?.labels[podUidLabel];
          if (uid) changed(uid);
        }
      } catch (err) {
        if (signal.aborted && isAbort(err)) return;
        if (isUnimplemented(err)) return;
        log.warn('the runtime stopped telling of changes', { error: String(err) });
      }
      this.#hasEvents = false;
      await clock.sleep(reconnectMs, signal);
    }
  }
}
