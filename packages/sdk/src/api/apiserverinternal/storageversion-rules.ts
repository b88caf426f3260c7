import {
  asGiven,
  dns1035LabelProblems,
  dnsSubdomainProblems,
  duplicate,
  field,
  type FieldError,
  invalid,
  type Path,
  problemsAt,
  qualifiedNameProblems,
  regexProblem,
  required,
} from '../../machinery/index.ts';
import type { ServerStorageVersion, StorageVersion } from './storageversion.ts';

const at = field('status');

/** A group and one of its resources. */
export function storageVersionNameProblems(name: string): string[] {
  const dot = name.lastIndexOf('.');
  if (dot === -1) return ['name must be in the form of <group>.<resource>'];
  return [
    ...dnsSubdomainProblems(name.slice(0, dot)).map((p) => `the group segment ${p}`),
    ...dns1035LabelProblems(name.slice(dot + 1)).map((p) => `the resource segment ${p}`),
  ];
}

export function* storageVersionStatusRules({ status }: StorageVersion): Iterable<FieldError> {
  const { storageVersions = [], conditions = [] } = status;
  const servers = new Set<string>();
  for (const [i, server] of storageVersions.entries()) {
    const here = at.child('storageVersions').index(i);
    const id = idOf(server);
    if (servers.has(id)) yield duplicate(here.child('apiServerID'), id);
    servers.add(id);
    yield* serverRules(server, here);
  }
  yield* commonVersionRules(status);
  // Upstream leaves the list's own name out here.
  for (const [i, { type, status: value, reason, message = '' }] of conditions.entries()) {
    const first = conditions.findIndex((c) => c.type === type);
    if (first < i) {
      const why = `the type of the condition is not unique, it also appears in conditions[${first}]`;
      yield invalid(at.index(i).child('type'), type, why);
    }
    yield* problemsAt(qualifiedNameProblems(type), type, at.index(i).child('type'));
    yield* problemsAt(qualifiedNameProblems(value), value, at.index(i).child('status'));
    if (!reason) yield required(at.index(i).child('reason'));
    if (!message) yield required(at.index(i).child('message'));
  }
}

const idOf = ({ apiServerID = '' }: Partial<ServerStorageVersion>): string => apiServerID;

function* serverRules(server: Partial<ServerStorageVersion>, here: Path): Iterable<FieldError> {
  const { encodingVersion = '', decodableVersions = [], servedVersions = [] } = server;
  const id = idOf(server);
  yield* problemsAt(dnsSubdomainProblems(id), id, here.child('apiServerID'));
  yield* versionRules(encodingVersion, here.child('encodingVersion'));
  const decodable = here.child('decodableVersions');
  for (const [i, v] of decodableVersions.entries()) yield* versionRules(v, decodable.index(i));
  if (!decodableVersions.includes(encodingVersion)) {
    const why = `decodableVersions must include encodingVersion ${encodingVersion}`;
    yield invalid(decodable, asGiven(server, 'decodableVersions') ?? null, why);
  }
  for (const [i, v] of servedVersions.entries()) {
    const served = here.child('servedVersions').index(i);
    yield* versionRules(v, served);
    if (decodableVersions.includes(v)) continue;
    const all = `[${decodableVersions.join(' ')}]`;
    yield invalid(served, v, `individual served version : ${v} must be included in decodableVersions : ${all}`);
  }
}

function* commonVersionRules({
  storageVersions = [],
  commonEncodingVersion: said,
}: StorageVersion['status']): Iterable<FieldError> {
  const here = at.child('commonEncodingVersion');
  const all = new Set(storageVersions.map((s) => s.encodingVersion ?? ''));
  const common = all.size === 1 ? [...all][0] : undefined;
  if (common === said) return;
  if (common === undefined) {
    const unless =
      'if servers do not agree on the same encoding version, or if there is no server reporting the supported versions yet';
    yield invalid(here, said, `should be nil ${unless}`);
  } else if (said === undefined) yield invalid(here, null, `the common encoding version is ${common}`);
  else yield invalid(here, said, `the actual common encoding version is ${common}`);
}

function* versionRules(apiVersion: string, here: Path): Iterable<FieldError> {
  const problems = versionProblems(apiVersion);
  if (problems.length) yield invalid(here, apiVersion, problems.join(','));
}

function versionProblems(apiVersion: string): string[] {
  const parts = apiVersion.split('/');
  if (parts.length > 2) {
    const shape = regexProblem(
      "a DNS-1035 label, which must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character",
      '[a-z]([-a-z0-9]*[a-z0-9])?',
      'my-name',
      'abc-123',
    );
    return [`an apiVersion is ${shape} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyVersion')`];
  }
  const part = (name: string, value: string, check: (s: string) => string[]) =>
    (value ? check(value) : ['must be non-empty']).map((p) => `${name} part: ${p}`);
  return [
    ...(parts.length === 2 ? part('group', parts[0]!, dnsSubdomainProblems) : []),
    ...part('version', parts.at(-1)!, dns1035LabelProblems),
  ];
}
