import type { Clock } from '@tiphys/sdk/runtime';
import { Profiling } from '../serving/index.ts';
import type { Endpoint } from './handlers/dispatch.ts';

/** `/debug/pprof/`: where the process spends its time. */
export function profiling(clock: Clock): Endpoint {
  const of = new Profiling(clock);
  return (c) =>
    of.answer(c.info.path, c.query, c.request.signal)?.then(({ status, headers, body }) => {
      const { method } = c.request;
      // Only who reads is told in words where else to look.
      if (status === 302 && method !== 'GET' && method !== 'HEAD') {
        return { status, headers: { location: headers.location! }, body: { type: 'none' } };
      }
      const nosniff = status !== 302 && { 'x-content-type-options': 'nosniff' };
      return { status, headers: { ...headers, ...nosniff }, body: { type: 'bytes', pieces: [Buffer.from(body)] } };
    });
}
