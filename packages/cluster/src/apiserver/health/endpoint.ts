import type { Endpoint } from '../handlers/dispatch.ts';
import { textResponse } from '../handlers/respond.ts';

export interface HealthCheck {
  readonly name: string;
  /** Endpoints that don't ask it, of `healthz`, `livez`, `readyz`. */
  readonly notIn?: readonly string[];
  /** What is wrong, if anything. */
  check(): string | undefined;
}

/** `/healthz`, `/livez` and `/readyz`, each check of theirs by itself, `?verbose` and `?exclude=`. */
export function health(checks: readonly HealthCheck[]): Endpoint {
  return (c) => {
    const [, endpoint = '', one, more] = c.info.path.split('/');
    if (!['healthz', 'livez', 'readyz'].includes(endpoint) || more) return undefined;
    const asked = checks.filter((k) => !k.notIn?.includes(endpoint));
    if (one) {
      const check = asked.find((k) => k.name === one);
      if (!check) return Promise.resolve(textResponse(404, '404 page not found\n'));
      const problem = check.check();
      return Promise.resolve(
        problem ? textResponse(500, `internal server error: ${problem}\n`) : textResponse(200, 'ok'),
      );
    }
    const excluded = new Set(c.query.getAll('exclude'));
    let failed = false;
    const lines = asked.map((k) => {
      if (excluded.has(k.name)) return `[+]${k.name} excluded: ok\n`;
      const problem = k.check();
      failed ||= problem !== undefined;
      return problem === undefined ? `[+]${k.name} ok\n` : `[-]${k.name} failed: reason withheld\n`;
    });
    if (failed) return Promise.resolve(textResponse(500, `${lines.join('')}${endpoint} check failed\n`));
    return Promise.resolve(
      textResponse(200, c.query.has('verbose') ? `${lines.join('')}${endpoint} check passed\n` : 'ok'),
    );
  };
}
