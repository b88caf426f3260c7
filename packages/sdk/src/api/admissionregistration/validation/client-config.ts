import {
  dnsSubdomainProblems,
  type FieldError,
  invalid,
  parseGoUrl,
  type Path,
  portProblems,
  required,
} from '../../../machinery/index.ts';
import { messageOf } from '../../../runtime/index.ts';

/** How something outside the server is called: a URL, or a service of the cluster. */
export interface CallTarget {
  readonly url?: string;
  readonly service?: {
    readonly namespace: string;
    readonly name: string;
    readonly path?: string;
    readonly port?: number;
  };
}

export function* clientConfigRules({ url, service }: CallTarget, at: Path): Iterable<FieldError> {
  if ((url === undefined) === (service === undefined)) {
    yield required(at, 'exactly one of url or service is required');
  } else if (url !== undefined) yield* urlRules(url, at.child('url'));
  else if (service) yield* serviceRules(service, at.child('service'));
}

const form = '; desired format: https://host[/path]';

function* urlRules(text: string, at: Path): Iterable<FieldError> {
  let url;
  try {
    url = parseGoUrl(text);
  } catch (err) {
    yield required(at, `url must be a valid URL: ${messageOf(err)}${form}`);
    return;
  }
  if (url.scheme !== 'https') yield invalid(at, url.scheme, `'https' is the only allowed URL scheme${form}`);
  if (!url.host) yield invalid(at, url.host, `host must be specified${form}`);
  if (url.user !== undefined) yield invalid(at, url.user, 'user information is not permitted in the URL');
  if (url.fragment) yield invalid(at, url.fragment, 'fragments are not permitted in the URL');
  if (url.query) yield invalid(at, url.query, 'query parameters are not permitted in the URL');
}

type ServiceTarget = NonNullable<CallTarget['service']>;

/** Upstream takes name and namespace for one another here, and so tells what is missing under the other's name. */
function* serviceRules({ namespace, name, path, port = 443 }: ServiceTarget, at: Path): Iterable<FieldError> {
  if (!namespace) yield required(at.child('name'));
  if (!name) yield required(at.child('namespace'));
  for (const problem of portProblems(port)) yield invalid(at.child('port'), port, `port is not valid: ${problem}`);
  if (path) yield* pathRules(path, at.child('path'));
}

function* pathRules(path: string, at: Path): Iterable<FieldError> {
  if (path === '/') return;
  if (path === '//') {
    yield invalid(at, path, 'segment[0] may not be empty');
    return;
  }
  if (!path.startsWith('/')) yield invalid(at, path, "must start with a '/'");
  const segments = path.slice(1).replace(/\/$/, '').split('/');
  for (const [i, segment] of segments.entries()) {
    if (!segment) yield invalid(at, path, `segment[${i}] may not be empty`);
    else for (const problem of dnsSubdomainProblems(segment)) yield invalid(at, path, `segment[${i}]: ${problem}`);
  }
}
