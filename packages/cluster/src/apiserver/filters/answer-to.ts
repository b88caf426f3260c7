import type { Handler, RequestContext, ServerResponse } from '../context.ts';

/** What a request is answered with; a refusal that is thrown at once rejects like any other. */
export function answerTo(c: RequestContext, handler: Handler): Promise<ServerResponse> {
  try {
    return handler(c);
  } catch (err) {
    return Promise.reject(err as Error);
  }
}
