import {
  escapedPath,
  type GoUrl,
  goUrlText,
  hostnameOf,
  parseGoUrl,
  portOf,
  queryOf,
} from '../../../machinery/index.ts';
import type { Library } from '../../env.ts';
import { readList, readMap, readString } from '../../json-values.ts';
import { types } from '../../types.ts';
import { EvalError, OpaqueValue, type Value } from '../../values.ts';
import { costing, fn, member, overload, reading } from '../functions.ts';

const urlType = types.object('kubernetes.URL');

class UrlValue extends OpaqueValue {
  readonly type = urlType;
  readonly url: GoUrl;

  constructor(url: GoUrl) {
    super();
    this.url = url;
  }

  equals(other: Value): boolean | EvalError {
    if (!(other instanceof UrlValue)) return new EvalError('no such overload');
    return goUrlText(this.url) === goUrlText(other.url);
  }
}

function isUrl(text: string): boolean {
  try {
    parseGoUrl(text, { request: true });
    return true;
  } catch {
    return false; // Why it is none is for `url` to say.
  }
}

function readUrl(text: string): UrlValue | EvalError {
  try {
    parseGoUrl(text, { request: true });
    return new UrlValue(parseGoUrl(text));
  } catch (err) {
    return new EvalError(`URL parse error during conversion from string: ${(err as Error).message}`);
  }
}

const readQuery = readMap(readList(readString));

const part = (name: string, id: string, of: (url: GoUrl) => string) =>
  fn(
    name,
    member(id, {
      parameters: [urlType],
      result: types.string,
      call: ({ url }: UrlValue) => of(url),
      ...costing(1),
    }),
  );

export const urlFunctions: Library = {
  name: 'kubernetes.urls',
  functions: [
    fn(
      'url',
      overload('string_to_url', {
        parameters: [types.string],
        result: urlType,
        call: readUrl,
        ...reading({ keepsSize: true }),
      }),
    ),
    fn('isURL', overload('is_url_string', { parameters: [types.string], result: types.bool, call: isUrl })),
    part('getScheme', 'url_get_scheme', (url) => url.scheme),
    part('getHost', 'url_get_host', (url) => url.host),
    part('getHostname', 'url_get_hostname', hostnameOf),
    part('getPort', 'url_get_port', portOf),
    part('getEscapedPath', 'url_get_escaped_path', escapedPath),
    fn(
      'getQuery',
      member('url_get_query', {
        parameters: [urlType],
        result: readQuery.type,
        call: ({ url }: UrlValue) => readQuery.read(Object.fromEntries(queryOf(url))),
        ...costing(1),
      }),
    ),
  ],
};
