import { Broadcast, throwIfAborted } from '@tiphys/sdk/runtime';
import type { ContainerEvent } from './runtime.ts';

/** What happens to containers, for everybody who listens from when they began to. */
export class FakeEvents {
  /** What each listener hasn't taken yet. */
  readonly #untaken = new Set<ContainerEvent[]>();
  readonly #told = new Broadcast();

  tell(event: ContainerEvent): void {
    for (const untaken of this.#untaken) untaken.push(event);
    this.#told.notify();
  }

  async *from(signal: AbortSignal): AsyncGenerator<ContainerEvent> {
    const untaken: ContainerEvent[] = [];
    this.#untaken.add(untaken);
    try {
      for (;;) {
        for (let event = untaken.shift(); event; event = untaken.shift()) yield event;
        await this.#told.next(signal);
        throwIfAborted(signal);
      }
    } finally {
      this.#untaken.delete(untaken);
    }
  }
}
