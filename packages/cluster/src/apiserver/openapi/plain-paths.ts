import { type Dialect, type Json, refTo } from './dialect.ts';
import { groupWord, tagOf } from './operations.ts';

const json = 'application/json';
const discovered = [json, 'application/yaml', 'application/vnd.kubernetes.protobuf'];

/** A path that can only be read: `version`, what others verify tokens by, or a list of discovery such as `apis/apps/v1`. */
export interface PlainPath {
  readonly path: string;
  readonly description: string;
  /** The definition of what is answered; a text without one. */
  readonly name?: string;
}

export function getOnly(dialect: Dialect, { path, description, name }: PlainPath): Json {
  const schema = name === undefined ? { type: 'string' } : { $ref: refTo(dialect, name) };
  const { tag, word, media = discovered, reads = media } = namesOf(path);
  return {
    get: {
      tags: [tag],
      description,
      operationId: `get${word}`,
      ...(dialect === 'v2' && { ...(reads.length && { consumes: reads }), produces: media, schemes: ['https'] }),
      responses: {
        200: {
          description: 'OK',
          ...(dialect === 'v3' ? { content: Object.fromEntries(media.map((m) => [m, { schema }])) } : { schema }),
        },
        401: { description: 'Unauthorized' },
      },
    },
  };
}

interface Names {
  readonly tag: string;
  readonly word: string;
  readonly media?: readonly string[];
  readonly reads?: readonly string[];
}

function namesOf(path: string): Names {
  const [prefix = '', ...rest] = path.split('/');
  switch (prefix) {
    case 'version':
      return { tag: prefix, word: 'CodeVersion', media: [json] };
    case '.well-known':
      return { tag: 'WellKnown', word: 'ServiceAccountIssuerOpenIDConfiguration', media: [json], reads: [] };
    case 'openid':
      return { tag: prefix, word: 'ServiceAccountIssuerOpenIDKeyset', media: ['application/jwk-set+json'], reads: [] };
  }
  if (prefix === 'apis' && !rest.length) return { tag: prefix, word: 'APIVersions' };
  const [group = '', version = ''] = prefix === 'api' ? ['', ...rest] : rest;
  const word = groupWord(group);
  if (version) {
    const resources = `${word}${version.replace(/^./, (c) => c.toUpperCase())}APIResources`;
    return { tag: tagOf(group, version), word: resources };
  }
  return {
    tag: word.replace(/^./, (c) => c.toLowerCase()),
    word: prefix === 'api' ? 'CoreAPIVersions' : `${word}APIGroup`,
  };
}
