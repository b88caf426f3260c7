import { withoutTrailing } from '@tiphys/sdk/machinery';
import { type Endpoint, notOnThis } from '../handlers/dispatch.ts';
import { requireOneOf } from '../handlers/negotiate.ts';
import { bytesResponse, encode } from '../handlers/respond.ts';

/** The Kubernetes that is spoken here. Clients compare it with their own; `gitVersion` names us as the builder. */
export const kubernetesVersion = {
  major: '1',
  minor: '36',
  emulationMajor: '1',
  emulationMinor: '36',
  minCompatibilityMajor: '1',
  minCompatibilityMinor: '35',
  gitVersion: 'v1.36.3+tiphys',
  gitCommit: '',
  gitTreeState: 'clean',
  buildDate: '1970-01-01T00:00:00Z',
  goVersion: `node${process.version}`,
  compiler: 'tsc',
  platform: `${process.platform}/${process.arch === 'x64' ? 'amd64' : process.arch}`,
};

export const version: Endpoint = (c) => {
  if (withoutTrailing(c.info.path, '/') !== '/version') return undefined;
  if (c.request.method !== 'GET') throw notOnThis();
  requireOneOf(c.request, ['application/json']);
  return Promise.resolve(
    bytesResponse([encode(kubernetesVersion, { media: 'json', pretty: true })], 'application/json', 200),
  );
};
