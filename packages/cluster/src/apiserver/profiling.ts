import type { Clock } from '@tiphys/sdk/runtime';
import { Profiling } from '../serving/index.ts';
import type { Endpoint } from './handlers/dispatch.ts';

/** `/debug/pprof/`: where the process spends its time. */
export function profiling(clock: Clock): Endpoint {
  const of = new Profiling(clock);
  return (c) =>
    of.answer(c.info.path, c.query, c.request.signal)?.then(({ status, headers, body }) => ({
      status,
      headers: { ...headers, 'x-content-type-options': 'nosniff' },
      body: { type: 'bytes', pieces: [Buffer.from(body)] },
    }));
}
