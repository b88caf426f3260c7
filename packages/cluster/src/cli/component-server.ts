import { createServer } from 'node:https';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { hostname } from 'node:os';
import type { Duplex } from 'node:stream';
import type { Client } from '@tiphys/sdk/client';
import { StatusError } from '@tiphys/sdk/machinery';
import { type Clock, type Logger, type Random, type Registry, whenAborted } from '@tiphys/sdk/runtime';
import {
  bearerOf,
  type Caller,
  DelegatedAccess,
  Health,
  type HealthCheck,
  metricsTextOrReset,
  Profiling,
} from '../serving/index.ts';
import { certificateOf } from './certificate-of.ts';
import { reasonOf } from './data-dir.ts';
import { Failure } from './failure.ts';
import { pemIn } from './store.ts';

/** As the flags of upstream's components say it. */
export interface ComponentServerOptions {
  /** 0: no server at all. */
  readonly securePort: number;
  readonly bindAddress: string;
  /** Whether `/debug/pprof/` is there, which it is unless told. */
  readonly profiling?: boolean;
  readonly tlsCertFile?: string;
  readonly tlsPrivateKeyFile?: string;
  /** The authority of clients' certificates; that of the kubeconfig unless given. */
  readonly clientCaFile?: string;
}

export interface ComponentServerDeps {
  readonly client: Client;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly metrics: Registry;
  readonly checks: () => readonly HealthCheck[];
  readonly clusterCa: string | undefined;
}

/** Health for everybody, metrics for whom the cluster lets have them, over TLS, until the signal aborts. */
export async function serveComponent(
  options: ComponentServerOptions,
  deps: ComponentServerDeps,
  signal: AbortSignal,
): Promise<void> {
  const { securePort: port, bindAddress: host } = options;
  if (!port) return;
  const { clientCaFile } = options;
  const ca = clientCaFile ? pemIn(clientCaFile) : deps.clusterCa;
  const server = createServer(
    { ...certificateOf(options, ownNames(), deps), ...(ca && { ca }), requestCert: true, rejectUnauthorized: false },
    componentHandler(deps, options, signal),
  );
  const connections = new Set<Duplex>();
  server.on('secureConnection', (socket) => {
    connections.add(socket);
    socket.once('close', () => connections.delete(socket));
    socket.on('error', () => socket.destroy());
  });
  // A handshake that fails is its client's business.
  server.on('tlsClientError', (_err, socket) => socket.destroy());
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  }).catch((cause: unknown) => {
    throw reasonOf(cause) === 'EADDRINUSE'
      ? new Failure(`port ${port} is in use: choose another with --secure-port, or 0 for none`, { cause })
      : cause;
  });
  deps.log.info('serving health and metrics', { port: (server.address() as AddressInfo).port });
  await whenAborted(signal);
  server.close();
  for (const c of connections) c.destroy();
}

const ownNames = () => ['localhost', hostname(), '127.0.0.1', '::1'];

const anonymous: Caller = { name: 'system:anonymous', groups: ['system:unauthenticated'] };
const text = 'text/plain; charset=utf-8';

/** What upstream's components answer to, `/configz` aside. */
function componentHandler(
  { client, clock, log, metrics, checks }: ComponentServerDeps,
  { profiling: isProfiled = true }: Pick<ComponentServerOptions, 'profiling'>,
  signal: AbortSignal,
): (request: IncomingMessage, response: ServerResponse) => void {
  const access = new DelegatedAccess({ client, clock });
  const health = new Health(checks);
  const profiling = isProfiled ? new Profiling(clock) : undefined;

  const answer = async (request: IncomingMessage): Promise<Answer> => {
    const { pathname: path, searchParams } = new URL(request.url ?? '/', 'https://component');
    const found = await health.answer(path, searchParams);
    if (found) return { status: found.status, type: text, body: found.text };
    const known = await access.callerOf(request, signal);
    if (!known && bearerOf(request.headers)) return refusal(new StatusError(401, 'Unauthorized', 'Unauthorized'));
    const caller = known ?? anonymous;
    const verb = (request.method ?? 'GET').toLowerCase();
    if (!(await access.may(caller, { nonResourceAttributes: { path, verb } }, signal))) {
      const message = `forbidden: User ${JSON.stringify(caller.name)} cannot ${verb} path ${JSON.stringify(path)}`;
      return refusal(new StatusError(403, 'Forbidden', message, {}));
    }
    const profile = await profiling?.answer(path, searchParams, signal);
    if (profile) {
      const { 'content-type': type = text, ...headers } = profile.headers;
      return { status: profile.status, type, headers, body: profile.body };
    }
    const registry = path === '/metrics' ? metrics : path === '/metrics/slis' ? health.metrics : undefined;
    if (!registry) return { status: 404, type: text, body: '404 page not found\n' };
    const isReset = request.method === 'DELETE';
    return {
      status: 200,
      type: isReset ? text : registry.contentType,
      body: await metricsTextOrReset(registry, request.method ?? 'GET', clock),
    };
  };

  return (request, response) => {
    request.resume();
    answer(request)
      .catch((err: unknown): Answer => {
        log.warn('a request to this component could not be answered', { error: String(err) });
        return { status: 500, type: text, body: 'Internal Server Error\n' };
      })
      .then(({ status, type, headers, body }) =>
        response.writeHead(status, { ...headers, 'content-type': type, 'x-content-type-options': 'nosniff' }).end(body),
      )
      .catch((err: unknown) => log.warn('an answer could not be written', { error: String(err) }));
  };
}

interface Answer {
  readonly status: number;
  readonly type: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array;
}

const refusal = ({ code, status }: StatusError): Answer => ({
  status: code,
  type: 'application/json',
  body: `${JSON.stringify(status)}\n`,
});
