import type { ServerRequest } from './context.ts';

/**
 * Calls when nobody waits for a request's answer any more, or at once when that is so already. Answers how not to be called
 * any more. Thousands who watch each have somebody who wants to know.
 */
export function onceOver(request: ServerRequest, f: () => void): () => void {
  if (request.onceOver) return request.onceOver(f);
  const { signal } = request;
  if (signal.aborted) f();
  else signal.addEventListener('abort', f, { once: true });
  return () => signal.removeEventListener('abort', f);
}
