import type { AnyKind } from '@tiphys/sdk/schema';
import type { HealthCheck } from '../../serving/index.ts';
import { computedFromBoth } from '../computed-from.ts';
import type { Endpoint } from '../handlers/dispatch.ts';
import { bytesResponse, encode } from '../handlers/respond.ts';
import type { DiscoveryDeps } from './endpoint.ts';

/** `/` and `/index.html`: what can be asked for. */
export function rootPaths(
  { kinds, elsewhere }: Pick<DiscoveryDeps, 'kinds' | 'elsewhere'>,
  checks: () => readonly HealthCheck[],
): Endpoint {
  const ofVersions = computedFromBoth(kinds, elsewhere, (own, others) =>
    pathsOf([...own, ...others.map(({ group, told: { version } }) => ({ group, version }))]),
  );
  const paths = () => [...fixed, ...ofVersions(), ...checks().flatMap(pathsOfCheck)].sort();
  return (c) =>
    c.info.path === '/' || c.info.path === '/index.html'
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

const pathsOf = (versions: readonly Pick<AnyKind, 'group' | 'version'>[]): string[] => [
  ...new Set(versions.flatMap(({ group, version }) => (group ? [`/apis/${group}`, `/apis/${group}/${version}`] : []))),
];

const pathsOfCheck = ({ name, in: of = ['healthz', 'livez', 'readyz'] }: HealthCheck): string[] =>
  of.map((endpoint) => `/${endpoint}/${name}`);
