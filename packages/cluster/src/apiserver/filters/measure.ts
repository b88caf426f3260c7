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
  if (!info.isResource) return metrics.cell({ ...nothing, verb: method, subresource: plainPath(info.path) });
  if (!isServed(info)) return metrics.cell({ ...nothing, verb: method });
  const { group, version, resource, subresource } = info;
  return metrics.cell({
    verb: verbWord(info),
    group,
    version,
    resource,
    subresource,
    scope: scopeOf(info),
    dryRun: query.get('dryRun') === 'All' ? 'All' : '',
    longRunning: isLongRunning(info),
  });
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

/** Upstream's words for verbs: who only asks for the head of an answer counts among those who get it. */
const words: Readonly<Record<string, string>> = {
  get: 'GET',
  list: 'LIST',
  watch: 'WATCH',
  create: 'POST',
  update: 'PUT',
  patch: 'PATCH',
  delete: 'DELETE',
  deletecollection: 'DELETECOLLECTION',
};

const verbWord = ({ verb, subresource }: RequestInfo): string =>
  connecting.has(subresource) ? 'CONNECT' : (words[verb] ?? verb.toUpperCase());

function scopeOf({ name, verb, namespace }: RequestInfo): string {
  if (name || verb === 'create') return 'resource';
  return namespace ? 'namespace' : 'cluster';
}
