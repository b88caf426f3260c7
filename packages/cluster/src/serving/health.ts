export type HealthEndpoint = 'healthz' | 'livez' | 'readyz';

export interface HealthCheck {
  readonly name: string;
  /** Endpoints that ask it; all when left out. */
  readonly in?: readonly HealthEndpoint[];
  /** What is wrong, if anything. */
  check(): string | undefined | Promise<string | undefined>;
}

/** Plain text. */
export interface HealthAnswer {
  readonly status: number;
  readonly text: string;
}

const endpoints: readonly string[] = ['healthz', 'livez', 'readyz'] satisfies HealthEndpoint[];

/** `/healthz`, `/livez` and `/readyz`, each check of theirs by itself, `?verbose` and `?exclude=`; undefined for other paths. */
export function answerHealth(
  checks: () => readonly HealthCheck[],
  path: string,
  query: URLSearchParams,
): Promise<HealthAnswer> | undefined {
  const [, endpoint = '', ...rest] = path.split('/');
  if (!endpoints.includes(endpoint)) return undefined;
  const asked = checks().filter((k) => k.in?.includes(endpoint as HealthEndpoint) ?? true);
  const one = rest.join('/');
  return one ? single(asked, one) : all(asked, endpoint, query);
}

async function single(asked: readonly HealthCheck[], name: string): Promise<HealthAnswer> {
  const check = asked.find((k) => k.name === name);
  if (!check) return { status: 404, text: '404 page not found\n' };
  const problem = await check.check();
  return problem === undefined
    ? { status: 200, text: 'ok' }
    : { status: 500, text: `internal server error: ${problem}\n` };
}

async function all(asked: readonly HealthCheck[], endpoint: string, query: URLSearchParams): Promise<HealthAnswer> {
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
  if (failed) return { status: 500, text: `${text} failed\n` };
  return { status: 200, text: query.has('verbose') ? `${text} passed\n` : 'ok' };
}
