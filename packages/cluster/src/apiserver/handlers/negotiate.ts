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

const medias = ['application/json', 'application/yaml', 'application/vnd.kubernetes.protobuf'];
const streams = ['application/json;stream=watch', 'application/vnd.kubernetes.protobuf;stream=watch'];
const conversions = new Set(['Table', 'PartialObjectMetadata', 'PartialObjectMetadataList']);

/** What an endpoint answers with: one object, a list (or a watch of it), or something that is never converted. */
export type Convertible = 'object' | 'list' | 'nothing';

/** Picks the first form in the client's order of preference that we have; 406 when there is none. */
export function negotiate(request: ServerRequest, query: URLSearchParams, convertible: Convertible): Negotiated {
  const header = acceptOf(request);
  refuseForeign(header, convertible);
  const form = pick(request, query, header, convertible !== 'nothing');
  if (!form) throw notAcceptable(`only the following media types are accepted: ${medias.join(', ')}`);
  return form;
}

/** The form of a watch: only what can be written as a stream. */
export function negotiateStream(request: ServerRequest, query: URLSearchParams): Negotiated {
  const form = negotiate(request, query, 'list');
  if (form.media !== 'json') throw notAcceptable(`only the following media types are accepted: ${streams.join(', ')}`);
  return form;
}

/** In what form the client can read a refusal; JSON when it asked for nothing that a refusal comes in. */
export const wantsYaml = (request: ServerRequest, query: URLSearchParams): boolean =>
  pick(request, query, acceptOf(request), false)?.media === 'yaml';

const acceptOf = ({ headers }: ServerRequest): string => [headers['accept'] ?? ''].flat().join(',') || '*/*';

/** The router's own look at the header, before that of the endpoint: by whole media types, as they are spelled. */
function refuseForeign(header: string, convertible: Convertible): void {
  const asked = header.split(',').map((part) => part.split(';')[0]!.trim());
  if (asked.some((media) => media === '*/*' || medias.includes(media))) return;
  const offers = convertible === 'list' ? [...medias, ...streams] : medias;
  throw notAcceptable(`406: Not Acceptable\n\nAvailable representations: ${offers.join(', ')}`, {});
}

const notAcceptable = (message: string, details?: object): StatusError =>
  new StatusError(406, 'NotAcceptable', message, details);

function pick(
  request: ServerRequest,
  query: URLSearchParams,
  header: string,
  converts: boolean,
): Negotiated | undefined {
  for (const { media, params } of clauses(header)) {
    const form = formOf(media);
    if (!form) continue;
    const as = params.get('as') ?? '';
    const version = as === '' ? '' : (params.get('v') ?? '');
    if (as !== '' && !(converts && isConversion(as, version, params.get('g')))) continue;
    return {
      media: form,
      as: as === '' ? 'itself' : (as as Negotiated['as']),
      version,
      pretty: isPretty(request, query, params),
      contentType: `application/${form}`,
    };
  }
  return undefined;
}

const isConversion = (as: string, version: string, group: string | undefined): boolean =>
  group === 'meta.k8s.io' && (version === 'v1' || version === 'v1beta1') && conversions.has(as);

function formOf(media: string): 'json' | 'yaml' | undefined {
  if (media === '*/*' || media === 'application/*' || media === 'application/json') return 'json';
  return media === 'application/yaml' ? 'yaml' : undefined;
}

interface Clause {
  readonly media: string;
  readonly params: ReadonlyMap<string, string>;
  readonly q: number;
}

const known = new Map<string, readonly Clause[]>();

/** The header's clauses, the most wanted first. Clients send few different headers: each is taken apart once. */
function clauses(header: string): readonly Clause[] {
  let all = known.get(header);
  if (!all) {
    all = parse(header);
    if (known.size < 256) known.set(header, all);
  }
  return all;
}

function parse(header: string): Clause[] {
  const all = header.split(',').map((part): Clause => {
    const [media = '', ...rest] = part.split(';').map((p) => p.trim());
    const params = new Map(rest.map((p) => [p.slice(0, p.indexOf('=')), p.slice(p.indexOf('=') + 1)]));
    const q = Number(params.get('q') ?? 1);
    return { media, params, q: Number.isNaN(q) ? 1 : q };
  });
  return all.sort((a, b) => b.q - a.q);
}

/** Browsers and curl get indented JSON without asking, as upstream gives them. */
function isPretty({ headers }: ServerRequest, query: URLSearchParams, params: ReadonlyMap<string, string>): boolean {
  const asked = query.get('pretty') ?? params.get('pretty');
  if (asked !== undefined) return !['0', 'false', 'f', 'F', 'FALSE', 'False'].includes(asked);
  return /^(curl|Wget|Mozilla\/5\.0)/.test(String(headers['user-agent'] ?? ''));
}
