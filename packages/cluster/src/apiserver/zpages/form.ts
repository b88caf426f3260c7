import type { ServerRequest } from '../context.ts';
import { acceptOf, clauses, notAcceptable, pick } from '../handlers/negotiate.ts';

export type PageForm =
  | { readonly type: 'text' }
  | {
      readonly type: 'object';
      readonly media: 'json' | 'yaml';
      readonly pretty: boolean;
      readonly version: string;
      readonly contentType: string;
    };

const group = 'config.k8s.io';
const versions = ['v1alpha1', 'v1beta1'];

/** Text unless the client asks for the kind by its name: the media type alone doesn't say which version is meant. */
export function formOf(request: ServerRequest, query: URLSearchParams, kind: string): PageForm {
  const wanted = clauses(acceptOf(request));
  for (const clause of wanted) {
    if (['*/*', 'text/*', 'text/plain'].includes(clause.media)) return { type: 'text' };
    const media =
      clause.media === 'application/json' ? 'json' : clause.media === 'application/yaml' ? 'yaml' : undefined;
    const version = clause.params.get('v') ?? '';
    const isAsked = clause.params.get('g') === group && clause.params.get('as') === kind && versions.includes(version);
    if (!media || !isAsked) continue;
    const allows = (apiVersion: string, as: string) => apiVersion === `${group}/${version}` && as === kind;
    const form = pick(request, query, { allows, streams: false });
    const contentType = `${clause.media};g=${group};v=${version};as=${kind}`;
    return { type: 'object', media, pretty: form?.pretty ?? false, version, contentType };
  }
  throw notAcceptable('only the following media types are accepted: application/json, application/yaml, text/plain');
}
