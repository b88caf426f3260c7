import { createServer, type Server } from 'node:http';
import type { Logger } from '@tiphys/sdk/runtime';
import type { ProxyService } from './service.ts';

/** How many endpoints of a service this node has, for the load balancer that asks at `port`. */
export interface HealthCheck {
  namespace: string;
  name: string;
  port: number;
  localEndpoints: number;
}

export function healthCheckOf(service: ProxyService): HealthCheck | undefined {
  const { namespace, name, healthCheckNodePort: port, ports } = service;
  if (!port) return undefined;
  const local = ports.flatMap((p) => p.endpoints.filter((e) => e.local && e.ready).map((e) => e.address));
  return { namespace, name, port, localEndpoints: new Set(local).size };
}

export interface HealthAnswer {
  status: number;
  headers: Record<string, string>;
  body: string;
}

export function healthAnswer({ namespace, name, localEndpoints }: HealthCheck): HealthAnswer {
  return {
    status: localEndpoints > 0 ? 200 : 503,
    headers: {
      'Content-Type': 'application/json',
      'X-Content-Type-Options': 'nosniff',
      'X-Load-Balancing-Endpoint-Weight': String(localEndpoints),
    },
    body: JSON.stringify({ service: { namespace, name }, localEndpoints, serviceProxyHealthy: true }, undefined, '\t'),
  };
}

/**
 * The servers that external load balancers ask which nodes have endpoints of a service whose external policy is `Local`; one
 * per service, on its `healthCheckNodePort`.
 */
export class HealthCheckServers implements AsyncDisposable {
  readonly #host: string;
  readonly #log: Logger;
  readonly #open = new Map<string, { check: HealthCheck; server: Server }>();
  readonly #closing = new Set<Promise<void>>();

  constructor({ host, log }: { host: string; log: Logger }) {
    this.#host = host;
    this.#log = log;
  }

  /** Takes the state of one service (undefined: it asks for no checks any more). */
  set(key: string, check: HealthCheck | undefined): void {
    const open = this.#open.get(key);
    if (open && open.check.port === check?.port) {
      open.check = check;
      return;
    }
    if (open) {
      this.#open.delete(key);
      const closing = close(open.server).finally(() => this.#closing.delete(closing));
      this.#closing.add(closing);
    }
    if (check) this.#listen(key, check);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const servers = [...this.#open.values()].map(({ server }) => server);
    this.#open.clear();
    await Promise.all([...servers.map(close), ...this.#closing]);
  }

  #listen(key: string, check: HealthCheck): void {
    const entry = {
      check,
      server: createServer((request, response) => {
        const { status, headers, body } = healthAnswer(entry.check);
        response.writeHead(status, headers).end(body);
        request.resume();
      }),
    };
    entry.server.on('error', (err) => {
      this.#log.error('health check port of a service cannot be served', {
        service: key,
        port: check.port,
        err: String(err),
      });
      if (this.#open.get(key) === entry) this.#open.delete(key);
    });
    entry.server.listen(check.port, this.#host);
    this.#open.set(key, entry);
  }
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
