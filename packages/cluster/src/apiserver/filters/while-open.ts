import type { Filter } from '../context.ts';
import { textResponse } from '../handlers/respond.ts';
import type { Lifecycle } from '../lifecycle.ts';

/** Once the server has begun to close, clients are sent on their way: there may be another, or this one again soon. */
export const whileOpen =
  (lifecycle: Lifecycle): Filter =>
  (c, next) => {
    if (lifecycle.isOpen || c.request.objects) return next(c);
    const response = textResponse(503, 'apiserver is shutting down\n');
    return Promise.resolve({ ...response, headers: { ...response.headers, 'retry-after': '1' } });
  };
