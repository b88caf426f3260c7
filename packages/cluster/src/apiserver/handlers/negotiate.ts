import { StatusError } from '@tiphys/sdk/machinery';
import { type AnyKind, protobufMediaType } from '@tiphys/sdk/schema';
import type { ServerRequest } from '../context.ts';

export type Media = 'json' | 'yaml' | 'protobuf';

/** In what form the client wants its answer. */
export interface Negotiated {
  readonly media: Media;
  readonly as: 'itself' | 'Table' | 'PartialObjectMetadata' | 'PartialObjectMetadataList' | 'APIGroupDiscoveryList';
  /** The version of the `as`, in its group. */
  readonly version: string;
  readonly pretty: boolean;
  /** The content type to answer with. */
  readonly contentType: string;
}

/** What we write, in the order in which a wildcard picks. */
const offered: readonly { readonly media: Media; readonly type: string }[] = [
  { media: 'json', type: 'application/json' },
  { media: 'yaml', type: 'application/yaml' },
  { media: 'protobuf', type: protobufMediaType },
];
const medias = offered.map(({ type }) => type);
const streams = ['application/json;stream=watch', `${protobufMediaType};stream=watch`];

/** What may be asked for in the place of what is answered with. */
export interface Conversions {
  allows(apiVersion: string, as: string, media: Media): boolean;
  readonly streams: boolean;
}

const asIs: Conversions = { allows: () => false, streams: true };
const partial = new Set(['PartialObjectMetadata', 'PartialObjectMetadataList']);
/** Tables hold whatever their cells hold: they have no protobuf. */
const conversions: Conversions = {
  allows: (apiVersion, as, media) =>
    ['meta.k8s.io/v1', 'meta.k8s.io/v1beta1'].includes(apiVersion) &&
    (partial.has(as) || (as === 'Table' && media !== 'protobuf')),
  streams: true,
};

/** What an endpoint answers with: one object, a list that can be watched, or something that is never converted. */
export type Convertible = 'object' | 'list' | 'nothing';

/** Picks the first form in the client's order of preference that we have; 406 when there is none, or none by its whole name. */
export function negotiate(
  request: ServerRequest,
  query: URLSearchParams,
  convertible: Convertible,
  { unstructured = false }: Pick<AnyKind, 'unstructured'> = {},
): Negotiated {
  const header = acceptOf(request);
  if (!unstructured && !isOurs(header)) throw unavailable(convertible);
  const form = negotiateLaxly(request, query, convertible);
  if (unstructured && form.media === 'protobuf' && form.as === 'itself') throw notMarshalable();
  return form;
}

/** As where no router of upstream's looks at the header first. */
export function negotiateLaxly(request: ServerRequest, query: URLSearchParams, convertible: Convertible): Negotiated {
  const form = pick(request, query, convertible === 'nothing' ? asIs : conversions);
  if (!form) throw notAcceptable(`only the following media types are accepted: ${medias.join(', ')}`);
  return form;
}

const notMarshalable = (): StatusError =>
  notAcceptable(
    'object *unstructured.Unstructured does not implement the protobuf marshalling interface and cannot be encoded to a protobuf message',
  );

/** The form of a watch for who would have its list in a form: only what can be written as a stream. */
export function asStream(form: Negotiated): Negotiated {
  if (form.media === 'yaml') throw notAcceptable(`only the following media types are accepted: ${streams.join(', ')}`);
  return form.media === 'json' ? form : { ...form, contentType: `${form.contentType};stream=watch` };
}

/** In what form the client can read a refusal; JSON for people when it asked for nothing that a refusal comes in. */
export const refusalForm = (request: ServerRequest, query: URLSearchParams): Pick<Negotiated, 'media' | 'pretty'> =>
  pick(request, query, asIs) ?? { media: 'json', pretty: true };

/** Whether the client asked for a form that refusals come in. */
export const isRefusalReadable = (request: ServerRequest, query: URLSearchParams): boolean =>
  request.objects || pick(request, query, asIs) !== undefined;

export const contentTypeOf = (media: Media): string => offered.find((o) => o.media === media)!.type;

export function acceptOf({ headers: { accept } }: ServerRequest): string {
  return (typeof accept === 'string' || accept === undefined ? accept : accept.join(',')) || '*/*';
}

/** The router's own look at the header, before that of the endpoint: by whole media types, as they are spelled. */
const names = (header: string, types: readonly string[]): boolean =>
  header.split(',').some((part) => {
    const media = part.split(';')[0]!.trim();
    return media === '*/*' || types.includes(media);
  });
const isOurs = remembered((header) => names(header, medias));

/** Refuses who wants none of the types that an endpoint has, where nothing is converted. */
export function requireOneOf(request: ServerRequest, types: readonly string[]): void {
  if (!names(acceptOf(request), types)) throw noneOf(types);
}

/** As for a text, which a refusal comes in the place of: it must be possible to write that as well. */
export function requireText(request: ServerRequest, query: URLSearchParams): void {
  requireOneOf(request, ['text/plain', ...medias]);
  negotiateLaxly(request, query, 'nothing');
}

const unavailable = (convertible: Convertible): StatusError =>
  noneOf(convertible === 'list' ? [...medias, ...streams] : medias);

const noneOf = (types: readonly string[]): StatusError =>
  notAcceptable(`406: Not Acceptable\n\nAvailable representations: ${types.join(', ')}`, {});

export const notAcceptable = (message: string, details?: object): StatusError =>
  new StatusError(406, 'NotAcceptable', message, details);

/** The first form in the client's order of preference that we have, as itself or converted as is allowed. */
export function pick(request: ServerRequest, query: URLSearchParams, of: Conversions): Negotiated | undefined {
  for (const { media: asked, params } of clauses(acceptOf(request))) {
    for (const { media, type } of offered) {
      if (asked !== type && asked !== 'application/*' && asked !== '*/*') continue;
      const as = params.get('as') ?? '';
      const version = as === '' ? '' : (params.get('v') ?? '');
      if (as !== '' && !of.allows(`${params.get('g')}/${version}`, as, media)) continue;
      if (params.get('stream') && !(of.streams && params.get('stream') === 'watch' && media !== 'yaml')) continue;
      return {
        media,
        as: as === '' ? 'itself' : (as as Negotiated['as']),
        version,
        pretty: isPretty(request, query, params),
        contentType: type,
      };
    }
  }
  return undefined;
}

export interface Clause {
  readonly media: string;
  readonly params: ReadonlyMap<string, string>;
  readonly q: number;
}

/** The header's clauses, the most wanted first. */
export const clauses = remembered((header): readonly Clause[] => {
  const sorted: Clause[] = [];
  for (const part of header.split(',')) {
    const [media = '', ...rest] = part.split(';').map((p) => p.trim());
    const params = new Map(rest.map((p) => [p.slice(0, p.indexOf('=')), p.slice(p.indexOf('=') + 1)]));
    const clause = { media: media === '*' ? '*/*' : media, params, q: Number(params.get('q') ?? 1) || 0 };
    let at = sorted.length;
    while (at > 0 && isPreferred(clause, sorted[at - 1]!)) at--;
    sorted.splice(at, 0, clause);
  }
  return sorted;
});

/** Clients send few different headers: each is looked at once. */
function remembered<T>(look: (header: string) => T): (header: string) => T {
  const seen = new Map<string, T>();
  return (header) => {
    let found = seen.get(header);
    if (found === undefined) {
      found = look(header);
      if (seen.size < 256) seen.set(header, found);
    }
    return found;
  };
}

/** A type that is named comes before a wildcard, whatever their weights: upstream sorts so. */
const isPreferred = (a: Clause, b: Clause): boolean =>
  a.q > b.q ||
  (!a.media.startsWith('*/') && b.media.startsWith('*/')) ||
  (!a.media.endsWith('/*') && b.media.endsWith('/*'));

/** Browsers and curl get indented JSON without asking, as upstream gives them. */
function isPretty({ headers }: ServerRequest, query: URLSearchParams, params: ReadonlyMap<string, string>): boolean {
  if (params.get('pretty') === '1') return true;
  const asked = query.get('pretty');
  if (asked) return ['1', 't', 'T', 'true', 'TRUE', 'True'].includes(asked);
  return /^(curl|Wget|Mozilla\/5\.0)/.test(String(headers['user-agent'] ?? ''));
}
