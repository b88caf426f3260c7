import type { Clock, Pacer } from '@tiphys/sdk/runtime';
import type { ClientAuthorities } from './client-authorities.ts';
import type { Served } from './request.ts';

/** Who answers what comes through a listener's sockets. */
export interface Answerer {
  readonly served: Served;
  readonly clock: Clock;
  /** Clients send requests in bursts, and all that one read brings come at once. */
  readonly pacer: Pacer;
  readonly authorities: ClientAuthorities;
  readonly moveOn: (() => boolean) | undefined;
  readonly compresses: boolean;
}
