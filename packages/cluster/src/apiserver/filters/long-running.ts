import type { RequestInfo } from '../context.ts';

const connections = new Set(['exec', 'attach', 'portforward', 'proxy', 'log']);

/** Whether a request may go on for as long as its client likes: no deadline and no limit of requests in flight is for it. */
export const isLongRunning = ({
  verb,
  subresource,
  path,
}: Pick<RequestInfo, 'verb' | 'subresource' | 'path'>): boolean =>
  verb === 'watch' || verb === 'proxy' || connections.has(subresource) || path.startsWith('/debug/pprof/');
