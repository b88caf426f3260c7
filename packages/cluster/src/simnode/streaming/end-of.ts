import type { Pod } from '@tiphys/sdk/api';
import type { Informer } from '@tiphys/sdk/cache';
import { statusOf } from '../container-life.ts';

export type End = { readonly exitCode?: number; readonly finishedAt?: string | null };

export interface PodAmong {
  readonly pod: Pod;
  readonly pods: Informer<Pod>;
}

/** How the container ended, once it has; nothing when its pod went away with it, or when nobody listens any more. */
export function endOf({ pod, pods }: PodAmong, container: string, signal: AbortSignal): Promise<End> {
  return new Promise((resolve) => {
    const done = (end: End = {}) => {
      stop();
      signal.removeEventListener('abort', onAbort);
      resolve(end);
    };
    const onAbort = () => done();
    const stop = pods.on((next, old) => {
      if ((next ?? old)!.metadata.uid !== pod.metadata.uid) return;
      const status = next && statusOf(next, container);
      // Handlers are called from within `on` too, before there is a way to stop.
      if (!status?.state?.running)
        queueMicrotask(() => done(status?.state?.terminated ?? status?.lastState?.terminated));
    });
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) done();
  });
}
