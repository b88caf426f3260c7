import type { RequestContext, ServerResponse } from '../context.ts';
import { negotiate } from '../handlers/negotiate.ts';
import { valueResponse } from '../handlers/respond.ts';

/** What a subresource answers that only does something. */
export const done = (c: RequestContext, code: number): ServerResponse =>
  valueResponse(
    c,
    { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code },
    negotiate(c.request, c.query, 'object'),
    code,
  );
