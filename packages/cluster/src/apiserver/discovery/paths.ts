import type { AnyKind } from '@tiphys/sdk/schema';
import type { HealthCheck } from '../../serving/index.ts';
import { computedFrom } from '../computed-from.ts';
import type { Endpoint } from '../handlers/dispatch.ts';
import { bytesResponse, encode } from '../handlers/respond.ts';

/** `/`: what can be asked for. */
export function rootPaths(kinds: () => readonly AnyKind[], checks: () => readonly HealthCheck[]): Endpoint {
  const ofKinds = computedFrom(kinds, pathsOf);
  const paths = () => [...fixed, ...ofKinds(), ...checks().flatMap(pathsOfCheck)].sort();
  return (c) =>
    c.info.path === '/'
      ? Promise.resolve(
          bytesResponse([encode({ paths: paths() }, { media: 'json', pretty: true })], 'application/json', 200),
        )
      : undefined;
}

const fixed = [
  '/.well-known/openid-configuration',
  '/api',
  '/api/v1',
  '/apis',
  '/apis/',
  '/flagz',
  '/healthz',
  '/livez',
  '/metrics',
  '/metrics/slis',
  '/openapi/v2',
  '/openapi/v3',
  '/openapi/v3/',
  '/openid/v1/jwks',
  '/readyz',
  '/statusz',
  '/version',
];

const pathsOf = (kinds: readonly AnyKind[]): string[] => [
  ...new Set(kinds.flatMap(({ group, version }) => (group ? [`/apis/${group}`, `/apis/${group}/${version}`] : []))),
];

const pathsOfCheck = ({ name, in: of = ['healthz', 'livez', 'readyz'] }: HealthCheck): string[] =>
  of.map((endpoint) => `/${endpoint}/${name}`);
