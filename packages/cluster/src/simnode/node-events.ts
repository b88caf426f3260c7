import type { Pod } from '@tiphys/sdk/api';
import type { Client } from '@tiphys/sdk/client';
import { EventBroadcaster, type EventRecorder, type EventType, type Subject } from '@tiphys/sdk/operator';
import { type Clock, type Logger, type Random, type TaskGroup, TokenBucket } from '@tiphys/sdk/runtime';

export interface NodeEventsDeps {
  readonly clientOf: (node: string) => Client;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly tasks: TaskGroup;
}

/** As many as one kubelet writes by default; here it is what all nodes write together, so that a thousand pods don't become thousands of events. */
const [perSecond, burst] = [50, 100];

/** Events about pods, written in the name of the node that each is on. */
export class NodeEvents implements EventRecorder {
  readonly #deps: NodeEventsDeps;
  readonly #budget: TokenBucket;
  readonly #nodes = new Map<string, EventBroadcaster>();

  constructor(deps: NodeEventsDeps) {
    this.#deps = deps;
    this.#budget = new TokenBucket(burst, 1000 / perSecond, deps.clock.monotonic());
  }

  event(subject: Subject, type: EventType, reason: string, message: string): void {
    const { clock, tasks, clientOf } = this.#deps;
    const host = (subject.object as Pod).spec.nodeName!;
    if (!this.#budget.take(clock.monotonic())) return;
    let events = this.#nodes.get(host);
    if (!events) {
      const own = new EventBroadcaster({ ...this.#deps, client: clientOf(host), component: 'kubelet', host });
      this.#nodes.set(host, (events = own));
      tasks.go((signal) => own.run(signal));
    }
    events.event(subject, type, reason, message);
  }
}
