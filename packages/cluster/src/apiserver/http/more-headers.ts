import type { ServerRequest, ServerResponse } from '../context.ts';
import type { Served } from './request.ts';

type Headers = Readonly<Record<string, string>>;

/** Every answer with more headers, such as `Strict-Transport-Security`. */
export const withHeaders = (served: Served, headers: Headers): Served => ({
  handle: async (request) => {
    const answer = await served.handle(request);
    return { ...answer, headers: { ...answer.headers, ...headers } };
  },
});

/** Pages of these origins may ask, in the name of who looks at them. Questions whether they may end here. */
export const crossOrigin = (served: Served, origins: readonly RegExp[]): Served => ({
  handle: async (request): Promise<ServerResponse> => {
    const headers = headersFor(request, origins);
    if (!headers) return served.handle(request);
    if (request.method === 'OPTIONS') return { status: 204, headers, body: { type: 'none' } };
    const answer = await served.handle(request);
    return { ...answer, headers: { ...answer.headers, ...headers } };
  },
});

const common: Headers = {
  'access-control-allow-methods': 'POST, GET, OPTIONS, PUT, DELETE, PATCH',
  'access-control-allow-headers':
    'Content-Type, Content-Length, Accept-Encoding, X-CSRF-Token, Authorization, X-Requested-With, If-Modified-Since',
  'access-control-expose-headers': 'Date',
  'access-control-allow-credentials': 'true',
};

function headersFor({ headers: { origin } }: ServerRequest, origins: readonly RegExp[]): Headers | undefined {
  if (typeof origin !== 'string' || !origins.some((o) => o.test(origin))) return undefined;
  return { 'access-control-allow-origin': origin, ...common };
}
