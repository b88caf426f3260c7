import { type Dialect, type Json, refTo } from './dialect.ts';
import { groupWord } from './operations.ts';

const json = 'application/json';

/** A path that can only be read: `/version/`, or a list of discovery such as `apis`, `apis/apps`, `apis/apps/v1`. */
export function getOnly(
  dialect: Dialect,
  path: string,
  { description, name }: { description: string; name: string },
): Json {
  const schema = { $ref: refTo(dialect, name) };
  const media = path === 'version' ? [json] : [json, 'application/vnd.kubernetes.protobuf', 'application/yaml'];
  const { tag, word } = namesOf(path);
  return {
    get: {
      tags: [tag],
      description,
      operationId: `get${word}`,
      ...(dialect === 'v2' && { consumes: [json], produces: media, schemes: ['https'] }),
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

function namesOf(path: string): { tag: string; word: string } {
  const [prefix = '', ...rest] = path.split('/');
  if (prefix === 'version') return { tag: prefix, word: 'CodeVersion' };
  if (prefix === 'apis' && !rest.length) return { tag: prefix, word: 'APIVersions' };
  const [group = '', version = ''] = prefix === 'api' ? ['', ...rest] : rest;
  const word = groupWord(group);
  const tag = word.replace(/^./, (c) => c.toLowerCase());
  if (!version) return { tag, word: prefix === 'api' ? 'CoreAPIVersions' : `${word}APIGroup` };
  return { tag: `${tag}_${version}`, word: `${word}${version.replace(/^./, (c) => c.toUpperCase())}APIResources` };
}
