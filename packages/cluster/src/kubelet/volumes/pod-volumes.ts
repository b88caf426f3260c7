import type { Pod } from '@tiphys/sdk/api';
import { messageOf } from '@tiphys/sdk/runtime';
import type { PodAddresses } from '../../podspec/index.ts';

/** A volume couldn't be made; the message is upstream's and ends in an event. */
export class MountError extends Error {
  readonly volume: string;

  constructor(volume: string, cause: unknown) {
    const why = messageOf(cause);
    super(`MountVolume.SetUp failed for volume "${volume}" : ${why}`, { cause });
    this.name = 'MountError';
    this.volume = volume;
  }
}

export interface PodVolumes {
  /**
   * Makes every volume of the pod, or brings it up to date. Resolves to their host paths by name; rejects with a `MountError`.
   * May be called again at any time while the pod lives.
   */
  setUp(pod: Pod, addresses: PodAddresses, signal: AbortSignal): Promise<ReadonlyMap<string, string>>;
  /** Nothing of the pod's containers runs any more. */
  tearDown(uid: string): Promise<void>;
  /** No pod runs for now: what holds memory is let go, what lies on disk is kept. */
  letGo(): Promise<void>;
  /** When the pod's volumes need to be looked at again by themselves (a token grows old); undefined for never. */
  dueInMs(uid: string): number | undefined;
  readonly subPath: (volumeHostPath: string, subPath: string) => Promise<string>;
}
