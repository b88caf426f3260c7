import { messagePathOf, messagePolicyOf, restartCountOf } from '../containers/labels.ts';
import type { PodFiles } from './pod-files.ts';
import { nameOf, type RuntimePod } from './runtime-pod.ts';

/** What containers left to be told of their ends, by container id; each is read once. */
export class TerminationMessages {
  readonly #files: PodFiles;
  readonly #byId = new Map<string, string>();

  constructor(files: PodFiles) {
    this.#files = files;
  }

  async read({ uid, containers }: RuntimePod): Promise<ReadonlyMap<string, string>> {
    const ended = containers.filter((c) => c.state === 'CONTAINER_EXITED');
    for (const container of ended) {
      if (this.#byId.has(container.id)) continue;
      let text: string | undefined;
      if (messagePathOf(container)) {
        text = await this.#files.readTerminationLog(uid, nameOf(container), restartCountOf(container));
      }
      const wantsLog = messagePolicyOf(container) === 'FallbackToLogsOnError' && container.exitCode !== 0;
      if (!text && wantsLog && container.logPath) text = await this.#files.logTail(container.logPath);
      this.#byId.set(container.id, text ?? '');
    }
    const present = new Set(ended.map((c) => c.id));
    for (const id of this.#byId.keys()) if (!present.has(id)) this.#byId.delete(id);
    return new Map([...this.#byId].filter(([, text]) => text !== ''));
  }
}
