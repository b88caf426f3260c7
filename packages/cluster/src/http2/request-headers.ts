/** Lower-case names; what was sent several times is joined as HTTP/1.1 would. The request line is `:method`, `:path` and so on. */
export type RequestHeaders = Record<string, string | undefined>;

// Nothing is inherited, so that a header may have any name; made by a constructor, which is faster to read than a dictionary.
const Fields = function (this: RequestHeaders) {} as unknown as new () => RequestHeaders;
Fields.prototype = Object.create(null);

/** The first counts, as in Go's and Node's servers. */
const onlyOnce = new Set(
  [
    'age authorization content-encoding content-language content-length content-location content-range content-type date',
    'etag expires from host if-match if-modified-since if-none-match if-range if-unmodified-since last-modified location',
    'max-forwards proxy-authorization range referer retry-after user-agent',
  ].flatMap((line) => line.split(' ')),
);

const pseudo = new Set([':method', ':scheme', ':authority', ':path']);
/** Of HTTP/1.1's connections (RFC 9113 §8.2.2). */
const ofConnections = new Set(['connection', 'keep-alive', 'proxy-connection', 'transfer-encoding', 'upgrade']);
const nameOfHeader = /^[!#$%&'*+\-.^_`|~0-9a-z]+$/;
// oxlint-disable-next-line no-control-regex
const noValue = /[\0\r\n]/;

/** What an entry counts for in a list's size beside its text (RFC 9113 §6.5.2). */
const entryBytes = 32;

/** Gathers the fields of a request's or its trailers' header block, and sees whether they are such (RFC 9113 §8.2, §8.3). */
export class HeaderList {
  readonly headers: RequestHeaders = new Fields();
  readonly #largest: number;
  #size = 0;
  #hasFields = false;
  #problem: string | undefined;

  /** `largest`: bytes, as SETTINGS_MAX_HEADER_LIST_SIZE counts them. */
  constructor(largest: number) {
    this.#largest = largest;
  }

  get isTooLarge(): boolean {
    return this.#size > this.#largest;
  }

  readonly add = (name: string, value: string): void => {
    this.#size += name.length + value.length + entryBytes;
    // The rest is read, for the table's sake, and not kept.
    if (this.isTooLarge || this.#problem !== undefined) return;
    if (name.startsWith(':')) this.#addPseudo(name, value);
    else this.#addField(name, value);
  };

  /** Why this is no request. */
  problem(): string | undefined {
    if (this.#problem !== undefined) return this.#problem;
    const { ':method': method, ':scheme': scheme, ':path': path, ':authority': authority } = this.headers;
    if (!method) return 'no :method';
    if (method === 'CONNECT') {
      return scheme === undefined && path === undefined && authority ? undefined : 'not what CONNECT has';
    }
    if (!scheme) return 'no :scheme';
    if (!path) return 'no :path';
    return path.startsWith('/') || (path === '*' && method === 'OPTIONS') ? undefined : ':path is no path';
  }

  /** Why these are no trailers. */
  problemOfTrailers(): string | undefined {
    if (this.#problem !== undefined) return this.#problem;
    const { ':method': method, ':scheme': scheme, ':path': path, ':authority': authority } = this.headers;
    return (method ?? scheme ?? path ?? authority) === undefined ? undefined : 'a pseudo-header in trailers';
  }

  #addPseudo(name: string, value: string): void {
    if (!pseudo.has(name)) this.#problem = `${name} is unknown`;
    else if (this.#hasFields) this.#problem = `${name} after a field`;
    else if (this.headers[name] !== undefined) this.#problem = `${name} twice`;
    else if (noValue.test(value)) this.#problem = `the value of ${name}`;
    else this.headers[name] = value;
  }

  #addField(name: string, value: string): void {
    this.#hasFields = true;
    if (!nameOfHeader.test(name)) this.#problem = 'a name that is none';
    else if (noValue.test(value)) this.#problem = `the value of ${name}`;
    else if (ofConnections.has(name) || (name === 'te' && value !== 'trailers'))
      this.#problem = `${name} is HTTP/1.1's`;
    else this.#join(name, value);
  }

  #join(name: string, value: string): void {
    const known = this.headers[name];
    if (known === undefined) this.headers[name] = value;
    else if (name === 'content-length' && known !== value) this.#problem = 'two lengths';
    else if (!onlyOnce.has(name)) this.headers[name] = `${known}${name === 'cookie' ? '; ' : ', '}${value}`;
  }
}
