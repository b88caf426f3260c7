import type { RequestInfo } from '../context.ts';
import { integer, isTrue } from '../handlers/list-options.ts';

/** How much of a level a request takes. */
export interface Width {
  /** Seats while it is executed. */
  readonly initialSeats: number;
  /** Seats for as long after that as its watchers are told. */
  readonly finalSeats: number;
  readonly lingerMs: number;
}

/** What there is of a resource. */
export interface ResourceStats {
  readonly count: number;
  readonly bytes: number;
}

const most = { list: 100, write: 10 };
const bytesPerSeat = 100_000;
/** What lists from the cache are joined of at once is no more than this. */
const mostBytesAtOnce = 1_000_000;
const watchersPerSeat = 10;
const msPerSeatOfWatchers = 5;

export const oneSeat: Width = { initialSeats: 1, finalSeats: 0, lingerMs: 0 };

/** A list's width, or that of a watch that begins with one: by the bytes that it holds in memory. */
export function listWidth(
  info: RequestInfo,
  query: URLSearchParams,
  { stats, widest = most.list }: { stats: ResourceStats | undefined; widest?: number | undefined },
): Width {
  const mostSeats = Math.min(widest, most.list);
  const limit = limitOf(query);
  // It will be refused, and nobody knows yet why.
  if (limit === undefined) return { ...oneSeat, initialSeats: mostSeats };
  const version = query.get('resourceVersion') ?? '';
  const isWatch = info.verb === 'watch';
  if (isWatch && !isTrue(query.get('sendInitialEvents')) && version !== '' && version !== '0') return oneSeat;
  // Nothing of it is kept here.
  if (!stats?.count) return oneSeat;
  const wanted = limit > 0 ? Math.min(limit, stats.count) : stats.count;
  const fromCache = isWatch || !needsStore(query, { limit, version });
  const selects = Boolean(query.get('labelSelector') || query.get('fieldSelector'));
  const held = info.name ? 1 : !fromCache && selects ? Math.max(wanted, Math.floor(stats.count / 2)) : wanted;
  const bytes = held * Math.floor(stats.bytes / stats.count);
  const seats = Math.ceil((fromCache ? Math.min(bytes, mostBytesAtOnce) : bytes) / bytesPerSeat);
  return { ...oneSeat, initialSeats: Math.min(Math.max(seats, 1), mostSeats) };
}

/** Undefined when something that is to be a number is none. */
function limitOf(query: URLSearchParams): number | undefined {
  try {
    integer(query, 'timeoutSeconds');
    return integer(query, 'limit') ?? 0;
  } catch {
    // The endpoint says what is wrong with it.
    return undefined;
  }
}

/** Whether upstream's cache leaves a list to the store: one of an exact past, or a page of it. */
function needsStore(query: URLSearchParams, { limit, version }: { limit: number; version: string }): boolean {
  const match = query.get('resourceVersionMatch') ?? '';
  if (match === 'NotOlderThan') return false;
  if (match !== '') return true;
  return Boolean(query.get('continue')) || (limit > 0 && version !== '' && version !== '0');
}

/** A write's width: one seat, and afterwards as many as it takes to tell so many watchers. */
export function writeWidth(watchers: number, widest: number = most.write): Width {
  if (watchers < watchersPerSeat) return oneSeat;
  const seats = Math.ceil(watchers / watchersPerSeat);
  const finalSeats = Math.min(seats, widest, most.write);
  return { initialSeats: 1, finalSeats, lingerMs: (seats * msPerSeatOfWatchers) / finalSeats };
}

/** Its watchers hear nothing of it. */
export const isUnseen = ({ resource, subresource }: RequestInfo): boolean =>
  subresource === 'token' && resource === 'serviceaccounts';
