import type { Filter, Handler, RequestContext, ServerResponse } from '../context.ts';
import { type Fairness, sideOf, type Ticket } from '../fairness/index.ts';
import type { RequestMetrics } from '../metrics/index.ts';
import { onceOver } from '../once-over.ts';
import { answerTo } from './answer-to.ts';
import { allottedMs } from './deadline.ts';
import { tooMany } from './limit.ts';
import { isLongRunning } from './long-running.ts';

export interface ShareDeps {
  readonly fairness: Fairness;
  readonly requestTimeoutMs: number;
}

/** A request may wait for a part of its time, and a minute at most. */
const partOfTime = 1 / 4;
const longestWaitMs = 60_000;

/**
 * Gives every request its place at a priority level, where it may have to wait or is refused. The components of this process,
 * which are as many as they are, and connections that last don't take any; watches do until they have told what there is.
 */
export const share =
  ({ fairness, requestTimeoutMs }: ShareDeps, { inFlight }: Pick<RequestMetrics, 'inFlight'>): Filter =>
  (c, next) => {
    const { info, query, request } = c;
    if (request.objects) return next(c);
    const isWatch = info.verb === 'watch';
    if (!isWatch && isLongRunning(info)) return next(c);
    const placed = (ticket: Ticket): Promise<ServerResponse> => {
      if (ticket.state === 'refused') return Promise.resolve(tooMany(ticket.flow.level.retryAfter.seconds));
      const side = sideOf(info);
      inFlight[side]++;
      if (isWatch) return watch(c, next, { fairness, ticket, over: () => inFlight[side]-- });
      const over = () => {
        inFlight[side]--;
        fairness.leave(ticket);
      };
      const answer = answerTo(c, next);
      void answer.then(over, over);
      return answer;
    };
    const ticket = fairness.enter(c);
    if (ticket.state !== 'waiting') return placed(ticket);
    const timeMs = isWatch ? requestTimeoutMs : allottedMs(query, requestTimeoutMs);
    const wait = () => fairness.decision(ticket, c, Math.min(timeMs * partOfTime, longestWaitMs));
    return (c.audit ? c.audit.timed('apf-queue-wait', wait) : wait()).then(() => placed(ticket));
  };

/** Keeps its seats until it has told what there is, and is counted among those who watch until it is over. */
async function watch(
  c: RequestContext,
  next: Handler,
  { fairness, ticket, over }: { fairness: Fairness; ticket: Ticket; over: () => void },
): Promise<ServerResponse> {
  const forget = fairness.watches.add(c.info, c.query);
  const initialized = () => {
    if (ticket.state !== 'executing') return;
    over();
    fairness.leave(ticket);
  };
  c.initialized = initialized;
  let isOver = false;
  const ended = () => {
    if (isOver) return;
    isOver = true;
    initialized();
    forget();
  };
  try {
    const response = await next(c);
    if (response.body.type === 'stream' || response.body.type === 'upgrade') onceOver(c.request, ended);
    else ended();
    return response;
  } catch (err) {
    ended();
    throw err;
  }
}
