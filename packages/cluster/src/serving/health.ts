import { Counter, Gauge, Registry } from '@tiphys/sdk/runtime';

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

/** How well a component is: what its health endpoints answer, and what they have found so far. */
export class Health {
  readonly checks: () => readonly HealthCheck[];
  /** What `/metrics/slis` tells. */
  readonly metrics = new Registry();
  readonly #last: Gauge<'name' | 'type'>;
  readonly #all: Counter<'name' | 'type' | 'status'>;

  constructor(checks: () => readonly HealthCheck[]) {
    this.checks = checks;
    const registers = [this.metrics];
    this.#last = new Gauge({
      name: 'kubernetes_healthcheck',
      help: 'This metric records the result of a single healthcheck.',
      labelNames: ['name', 'type'],
      registers,
    });
    this.#all = new Counter({
      name: 'kubernetes_healthchecks_total',
      help: 'This metric records the results of all healthcheck.',
      labelNames: ['name', 'status', 'type'],
      registers,
    });
  }

  /**
   * `/healthz`, `/livez` and `/readyz`, each check of theirs by itself, `?verbose` and `?exclude=`; undefined for other paths.
   */
  answer(path: string, query: URLSearchParams): Promise<HealthAnswer> | undefined {
    const [, endpoint = '', ...rest] = path.split('/');
    if (!endpoints.includes(endpoint)) return undefined;
    const asked = this.checks().filter((k) => k.in?.includes(endpoint as HealthEndpoint) ?? true);
    const one = rest.join('/');
    return one ? single(asked, one) : this.#every(asked, endpoint, query);
  }

  async #every(asked: readonly HealthCheck[], endpoint: string, query: URLSearchParams): Promise<HealthAnswer> {
    const excluded = new Set(query.getAll('exclude').filter(Boolean));
    let failed = false;
    const lines = await Promise.all(
      asked.map(async (k) => {
        if (excluded.delete(k.name)) return `[+]${k.name} excluded: ok\n`;
        const isWell = (await k.check()) === undefined;
        this.#last.set({ name: k.name, type: endpoint }, isWell ? 1 : 0);
        this.#all.inc({ name: k.name, status: isWell ? 'success' : 'error', type: endpoint });
        if (isWell) return `[+]${k.name} ok\n`;
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
}

async function single(asked: readonly HealthCheck[], name: string): Promise<HealthAnswer> {
  const check = asked.find((k) => k.name === name);
  if (!check) return { status: 404, text: '404 page not found\n' };
  const problem = await check.check();
  return problem === undefined
    ? { status: 200, text: 'ok' }
    : { status: 500, text: `internal server error: ${problem}\n` };
}
