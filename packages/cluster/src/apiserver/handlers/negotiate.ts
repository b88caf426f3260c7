import { StatusError } from '@tiphys/sdk/machinery';
import type { ServerRequest } from '../context.ts';

/** In what form the client wants its answer. */
export interface Negotiated {
  readonly media: 'json' | 'yaml';
  readonly as: 'itself' | 'Table' | 'PartialObjectMetadata' | 'PartialObjectMetadataList';
  /** meta.k8s.io version of the `as`. */
  readonly version: string;
  readonly pretty: boolean;
  /** The content type to answer with. */
  readonly contentType: string;
}

const accepted = 'application/json, application/yaml, application/vnd.kubernetes.protobuf';
const conversions = new Set(['Table', 'PartialObjectMetadata', 'PartialObjectMetadataList']);

/** What an endpoint can turn its answer into besides the object itself. */
export type Convertible = 'object' | 'list' | 'watch' | 'nothing';

/** Picks the first form in the client's order of preference that we have; 406 when there is none. */
export function negotiate(request: ServerRequest, query: URLSearchParams, convertible: Convertible): Negotiated {
  const header = [request.headers['accept'] ?? ''].flat().join(',');
  const pretty = isPretty(request, query);
  for (const { media, params } of clauses(header || '*/*')) {
    const form = formOf(media);
    if (!form) continue;
    const as = params.get('as');
    if (as === undefined) return { media: form, as: 'itself', version: '', pretty, contentType: `application/${form}` };
    const version = params.get('v') ?? '';
    const fits =
      params.get('g') === 'meta.k8s.io' &&
      (version === 'v1' || version === 'v1beta1') &&
      conversions.has(as) &&
      (as === 'Table'
        ? convertible !== 'nothing'
        : as === (convertible === 'list' ? 'PartialObjectMetadataList' : 'PartialObjectMetadata'));
    if (fits) {
      const contentType = `application/${form};as=${as};v=${version};g=meta.k8s.io`;
      return { media: form, as: as as Negotiated['as'], version, pretty, contentType };
    }
  }
  throw new StatusError(406, 'NotAcceptable', `only the following media types are accepted: ${accepted}`);
}

function formOf(media: string): 'json' | 'yaml' | undefined {
  if (media === '*/*' || media === 'application/*' || media === 'application/json') return 'json';
  return media === 'application/yaml' ? 'yaml' : undefined;
}

interface Clause {
  readonly media: string;
  readonly params: ReadonlyMap<string, string>;
  readonly q: number;
}

function clauses(header: string): Clause[] {
  const all = header.split(',').map((part): Clause => {
    const [media = '', ...rest] = part.split(';').map((p) => p.trim());
    const params = new Map(rest.map((p) => [p.slice(0, p.indexOf('=')), p.slice(p.indexOf('=') + 1)]));
    return { media: media.toLowerCase(), params, q: Number(params.get('q') ?? 1) };
  });
  return all.sort((a, b) => b.q - a.q);
}

/** Browsers and curl get indented JSON without asking, as upstream gives them. */
function isPretty({ headers }: ServerRequest, query: URLSearchParams): boolean {
  const asked = query.get('pretty');
  if (asked !== null) return !['0', 'false', 'f', 'F', 'FALSE', 'False'].includes(asked);
  return /^(curl|Wget|Mozilla\/5\.0)/.test(String(headers['user-agent'] ?? ''));
}
