import { Failure } from './failure.ts';

export interface FairnessFlags {
  readonly enablePriorityAndFairness: boolean;
  readonly maxRequestsInflight: number;
  readonly maxMutatingRequestsInflight: number;
  readonly runtimeConfig?: string;
}

/** Priority and fairness needs seats to share and the objects that say how. */
export function refuseUnfair(given: FairnessFlags): void {
  if (!given.enablePriorityAndFairness) return;
  const { maxRequestsInflight: reading, maxMutatingRequestsInflight: writing, runtimeConfig = '' } = given;
  if (reading + writing <= 0)
    throw new Failure(
      `invalid configuration: MaxRequestsInFlight=${reading} and MaxMutatingRequestsInFlight=${writing}; they must add up to something positive`,
    );
  for (const versions of ['flowcontrol.apiserver.k8s.io/v1', 'api/ga', 'api/all']) {
    if (runtimeConfig.includes(`${versions}=true`)) return;
    if (runtimeConfig.includes(`${versions}=false`))
      throw new Failure(`--runtime-config=${versions}=false conflicts with --enable-priority-and-fairness=true`);
  }
}
