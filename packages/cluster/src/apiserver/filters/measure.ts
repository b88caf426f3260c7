import { StatusError } from '@tiphys/sdk/machinery';
import type { Clock } from '@tiphys/sdk/runtime';
import type { Filter, RequestContext, RequestInfo, ServerResponse } from '../context.ts';
import { answerTo } from './answer-to.ts';
import { afterBody, streams } from './after-body.ts';
import { isLongRunning } from './long-running.ts';
import type { Histogram, RequestCell, RequestLabels, RequestMetrics } from '../metrics/index.ts';

export interface MeasureOptions {
  readonly clock: Clock;
  /** Whether there is such a resource; requests for others count together. */
  readonly isServed: (info: RequestInfo) => boolean;
}

/** Counts and times every request. What streams counts until its stream ends. */
export const measure =
  (metrics: RequestMetrics, { clock, isServed }: MeasureOptions): Filter =>
  (c, next) => {
    const cell = cellOf(c, metrics, isServed);
    const began = clock.monotonic();
    const finish = (code: number) => cell.finished(code, (clock.monotonic() - began) / 1000);
    const answered = (response: ServerResponse): ServerResponse => {
      const { body, status } = response;
      if (!streams(body) || !isLongRunning(c.info)) {
        finish(status);
        return cell.sizes && body.type === 'bytes' ? sized(response, body.pieces, cell.sizes) : response;
      }
      cell.longRunning++;
      return afterBody(c.request, response, () => {
        cell.longRunning--;
        finish(status);
      });
    };
    const refused = (err: unknown): never => {
      finish(err instanceof StatusError ? err.code : 500);
      throw err;
    };
    return answerTo(c, next).then(answered, refused);
  };

/** The answer, whose size is known when it has been written where its pieces are made on the way. */
function sized(response: ServerResponse, pieces: Iterable<Uint8Array>, sizes: Histogram): ServerResponse {
  if (!Array.isArray(pieces)) return { ...response, body: { type: 'bytes', pieces: counted(pieces, sizes) } };
  let size = 0;
  for (const piece of pieces as readonly Uint8Array[]) size += piece.length;
  sizes.add(size);
  return response;
}

/** Counted once, however often somebody goes through them. */
function counted(pieces: Iterable<Uint8Array>, sizes: Histogram): Iterable<Uint8Array> {
  let isKnown = false;
  return {
    *[Symbol.iterator]() {
      let size = 0;
      for (const piece of pieces) {
        size += piece.length;
        yield piece;
      }
      if (!isKnown) sizes.add(size);
      isKnown = true;
    },
  };
}

function cellOf(
  { info, query, request: { method } }: RequestContext,
  metrics: RequestMetrics,
  isServed: MeasureOptions['isServed'],
): RequestCell {
  const { isResource, verb, group, version, resource, subresource } = info;
  const dryRun = query.get('dryRun') ?? '';
  if (!isResource) {
    const path = plainPath(info.path);
    return metrics.cell(`${method} ${path}`, () => ({ ...nothing, verb: method, subresource: path }));
  }
  const key = `${verb} ${group}/${version}/${resource}/${subresource} ${scopeOf(info)} ${dryRun}`;
  const served = (): RequestLabels => ({
    verb: verbWord(info, method),
    group,
    version,
    resource,
    subresource,
    scope: scopeOf(info),
    dryRun: dryRun === 'All' ? dryRun : '',
    longRunning: isLongRunning(info),
  });
  if (isServed(info)) return metrics.cell(key, served);
  return metrics.cell(method, () => ({ ...nothing, verb: method }));
}

const nothing: RequestLabels = {
  verb: '',
  group: '',
  version: '',
  resource: '',
  subresource: '',
  scope: '',
  dryRun: '',
  longRunning: false,
};

const plainPaths = new Set([
  'api',
  'apis',
  'healthz',
  'livez',
  'readyz',
  'metrics',
  'openapi',
  'version',
  'openid',
  '.well-known',
]);

/** Paths that aren't resources by their first word, so that nobody can invent labels. */
function plainPath(path: string): string {
  const first = path.slice(1, (path.indexOf('/', 1) + 1 || path.length + 1) - 1);
  return plainPaths.has(first) ? `/${first}` : '';
}

const connecting = new Set(['exec', 'attach', 'portforward', 'proxy']);

function verbWord({ verb, subresource }: RequestInfo, method: string): string {
  if (connecting.has(subresource)) return 'CONNECT';
  if (verb === 'create' || verb === 'update' || verb === 'get') return method;
  return verb.toUpperCase();
}

function scopeOf({ name, verb, namespace }: RequestInfo): string {
  if (name || verb === 'create') return 'resource';
  return namespace ? 'namespace' : 'cluster';
}
