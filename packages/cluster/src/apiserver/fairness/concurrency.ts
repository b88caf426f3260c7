import type { PriorityLevelConfigurationSpec } from '@tiphys/sdk/api';

/** Of all seats those that are a level's own, those it keeps whatever happens, and those it may have at most. */
export interface Concurrency {
  readonly nominal: number;
  readonly min: number;
  readonly max: number;
}

export const sharesOf = ({ limited, exempt }: PriorityLevelConfigurationSpec): number =>
  (limited ?? exempt)?.nominalConcurrencyShares ?? 0;

/** A level's part of all seats by its shares, rounded up, and how far that may be lent and added to. */
export function concurrencyOf(
  spec: PriorityLevelConfigurationSpec,
  { seats, shares }: { seats: number; shares: number },
): Concurrency {
  const nominal = Math.ceil((seats * sharesOf(spec)) / shares);
  const percent = (of: number | undefined): number | undefined => of && Math.round((nominal * of) / 100);
  const borrowed = spec.limited ? percent(spec.limited.borrowingLimitPercent) : undefined;
  const lent = percent((spec.limited ?? spec.exempt)?.lendablePercent) ?? 0;
  return { nominal, min: nominal - lent, max: nominal + (borrowed ?? seats) };
}

/**
 * The seats that one request may take at most: a part of the level's, and so few that a flow's whole hand of queues can be served.
 * Undefined where nothing waits in queues.
 */
export function widestOf({ limited }: PriorityLevelConfigurationSpec, nominal: number): number | undefined {
  const queuing = limited?.limitResponse.queuing;
  if (!queuing) return undefined;
  return Math.max(1, Math.min(Math.ceil(nominal * 0.15), Math.floor(nominal / queuing.handSize)));
}
