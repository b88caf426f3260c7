import type { AnyKind } from '@tiphys/sdk/schema';
import { computedFrom } from '../computed-from.ts';
import type { Endpoint } from '../handlers/dispatch.ts';
import { bytesResponse, encode } from '../handlers/respond.ts';

/** `/`: what can be asked for. */
export function rootPaths(kinds: () => readonly AnyKind[]): Endpoint {
  const paths = computedFrom(kinds, pathsOf);
  return (c) =>
    c.info.path === '/'
      ? Promise.resolve(
          bytesResponse([encode({ paths: paths() }, { media: 'json', pretty: true })], 'application/json', 200),
        )
      : undefined;
}

function pathsOf(kinds: readonly AnyKind[]): string[] {
  const groups = new Set(
    kinds.flatMap(({ group, version }) => (group ? [`/apis/${group}`, `/apis/${group}/${version}`] : [])),
  );
  return [
    '/.well-known/openid-configuration',
    '/openid/v1/jwks',
    '/api',
    '/api/v1',
    '/apis',
    '/healthz',
    '/livez',
    '/metrics',
    '/openapi/v2',
    '/openapi/v3',
    '/readyz',
    '/version',
    ...groups,
  ].sort();
}
