import { hostname } from 'node:os';
import type { Clock, Logger, Random } from '@tiphys/sdk/runtime';
import { ApiServer, bootstrap, listen, type Listening, standardParts, tokenFile } from '../apiserver/index.ts';
import { Pki, ServiceAccountTokens } from '../pki/index.ts';
import type { StoreBackend } from '../store/index.ts';
import { filesIn } from './data-dir.ts';

export interface ApiServerOptions {
  readonly dataDir: string;
  readonly securePort: number;
  readonly bindAddress: string;
  readonly tokenAuthFile?: string;
  readonly serviceClusterIpRange: string;
  readonly allowPrivileged: boolean;
}

export interface RunningApiServer {
  readonly server: ApiServer;
  readonly pki: Pki;
  readonly listening: Listening;
  /** Ends with the signal that it was started with. */
  readonly ended: Promise<void>;
}

const issuer = 'https://kubernetes.default.svc';

/** Loads the store, listens, and makes what every cluster has; resolves when requests are answered. */
export async function startApiServer(
  options: ApiServerOptions,
  deps: { store: StoreBackend; clock: Clock; random: Random; log: Logger },
  signal: AbortSignal,
): Promise<RunningApiServer> {
  const { clock, random } = deps;
  const first = firstAddress(options.serviceClusterIpRange);
  const serverNames = [
    'kubernetes',
    'kubernetes.default',
    'kubernetes.default.svc',
    'kubernetes.default.svc.cluster.local',
    'localhost',
    hostname(),
    '127.0.0.1',
    '::1',
    first,
  ];
  const pki = new Pki(filesIn(options.dataDir).pki, { clock, random }, { serverNames });
  const server = new ApiServer(deps);
  const parts = standardParts({
    tokens: new ServiceAccountTokens(pki.serviceAccountKey),
    issuer,
    audiences: [issuer],
    tokenAuthenticators: options.tokenAuthFile ? [tokenFile(options.tokenAuthFile)] : [],
    advertised: () => `127.0.0.1:${options.securePort}`,
  });
  await server.load(parts, signal);
  const ended = server.run(signal);
  await bootstrap(server);
  const listening = await listen(server, {
    host: options.bindAddress,
    port: options.securePort,
    ...pki.apiserver,
    clientCa: pki.ca.cert,
  });
  return { server, pki, listening, ended: ended.finally(() => listening.close()) };
}

/** The address of the `kubernetes` Service: the first of the range. */
function firstAddress(range: string): string {
  const [base = ''] = range.split('/');
  return base.replace(/\d+$/, (last) => String(Number(last) + 1));
}
