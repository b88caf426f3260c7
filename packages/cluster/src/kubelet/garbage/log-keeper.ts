import { type Clock, type Logger, throwIfAborted } from '@tiphys/sdk/runtime';
import type { ContainerRuntime } from '../cri/index.ts';
import type { PodFiles } from '../pods/pod-files.ts';

export interface LogKeeperDeps {
  readonly runtime: Pick<ContainerRuntime, 'listContainers' | 'containerStatus' | 'reopenContainerLog'>;
  readonly files: Pick<PodFiles, 'logBytes' | 'rotateLog'>;
  readonly clock: Clock;
  readonly log: Logger;
  readonly maxBytes: number;
  readonly maxFiles: number;
}

const periodMs = 10_000;

/** Keeps the logs of running containers from growing without end. */
export class LogKeeper {
  readonly #deps: LogKeeperDeps;
  /** Where each container logs; that never changes. */
  readonly #paths = new Map<string, string>();

  constructor(deps: LogKeeperDeps) {
    this.#deps = deps;
  }

  async run(signal: AbortSignal): Promise<void> {
    const { clock, log } = this.#deps;
    for (;;) {
      await this.look(signal).catch((err: unknown) => {
        throwIfAborted(signal);
        log.warn('logs could not be rotated', { error: String(err) });
      });
      await clock.sleep(periodMs, signal);
    }
  }

  /** Looks at every log once, and rotates those that are too large. */
  async look(signal: AbortSignal): Promise<void> {
    const { runtime, files, clock, maxBytes, maxFiles } = this.#deps;
    const running = await runtime.listContainers({ state: 'CONTAINER_RUNNING' }, { signal });
    const ids = new Set(running.map((c) => c.id));
    for (const id of this.#paths.keys()) if (!ids.has(id)) this.#paths.delete(id);
    for (const id of ids) {
      const path = this.#paths.get(id) ?? (await runtime.containerStatus(id, { signal })).logPath;
      this.#paths.set(id, path);
      if (!path || (await files.logBytes(path)) < maxBytes) continue;
      const reopen = () => runtime.reopenContainerLog(id, { signal });
      await files.rotateLog(path, { maxFiles, nowMs: clock.now(), reopen });
    }
  }
}
