import { type Dialect, type Json, refTo } from './dialect.ts';
import { groupWord } from './operations.ts';

/** A path that can only be read, such as `/version/` and the lists of discovery. */
export function getOnly(
  dialect: Dialect,
  path: string,
  { description, name }: { description: string; name: string },
): Json {
  const schema = { $ref: refTo(dialect, name) };
  const [prefix = '', group = '', version = ''] = path.split('/');
  const word =
    prefix === 'api' && group ? `Core${group.toUpperCase()}` : `${group && groupWord(group)}${version.toUpperCase()}`;
  const media = 'application/json';
  return {
    get: {
      tags: [group || prefix],
      description,
      operationId: `get${word || prefix.replace(/^./, (c) => c.toUpperCase())}`,
      ...(dialect === 'v2' && { consumes: [media], produces: [media], schemes: ['https'] }),
      responses: {
        200: { description: 'OK', ...(dialect === 'v3' ? { content: { [media]: { schema } } } : { schema }) },
        401: { description: 'Unauthorized' },
      },
    },
  };
}
