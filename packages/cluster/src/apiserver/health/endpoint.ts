import type { Endpoint } from '../handlers/dispatch.ts';
import { textResponse } from '../handlers/respond.ts';
import type { ServerResponse } from '../context.ts';

export type HealthEndpoint = 'healthz' | 'livez' | 'readyz';

export interface HealthCheck {
  readonly name: string;
  /** Endpoints that ask it; all when left out. */
  readonly in?: readonly HealthEndpoint[];
  /** What is wrong, if anything. */
  check(): string | undefined | Promise<string | undefined>;
}

const endpoints: readonly string[] = ['healthz', 'livez', 'readyz'] satisfies HealthEndpoint[];

/** `/healthz`, `/livez` and `/readyz`, each check of theirs by itself, `?verbose` and `?exclude=`. */
export function health(checks: () => readonly HealthCheck[]): Endpoint {
  return (c) => {
    const [, endpoint = '', ...rest] = c.info.path.split('/');
    if (!endpoints.includes(endpoint)) return undefined;
    const asked = checks().filter((k) => k.in?.includes(endpoint as HealthEndpoint) ?? true);
    const one = rest.join('/');
    return one ? single(asked, one) : all(asked, endpoint, c.query);
  };
}

async function single(asked: readonly HealthCheck[], name: string): Promise<ServerResponse> {
  const check = asked.find((k) => k.name === name);
  if (!check) return textResponse(404, '404 page not found\n');
  const problem = await check.check();
  return problem === undefined ? textResponse(200, 'ok') : textResponse(500, `internal server error: ${problem}\n`);
}

async function all(asked: readonly HealthCheck[], endpoint: string, query: URLSearchParams): Promise<ServerResponse> {
  const excluded = new Set(query.getAll('exclude').filter(Boolean));
  let failed = false;
  const lines = await Promise.all(
    asked.map(async (k) => {
      if (excluded.delete(k.name)) return `[+]${k.name} excluded: ok\n`;
      if ((await k.check()) === undefined) return `[+]${k.name} ok\n`;
      failed = true;
      // This is for anybody's eyes; who may ask for the check by itself is told more.
      return `[-]${k.name} failed: reason withheld\n`;
    }),
  );
  const unknown = [...excluded].sort().map((name) => JSON.stringify(name));
  const warning = unknown.length
    ? `warn: some health checks cannot be excluded: no matches for ${unknown.join(',')}\n`
    : '';
  const text = `${lines.join('')}${warning}${endpoint} check`;
  if (failed) return textResponse(500, `${text} failed\n`);
  return textResponse(200, query.has('verbose') ? `${text} passed\n` : 'ok');
}
