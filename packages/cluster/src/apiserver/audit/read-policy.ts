import { readFileSync } from 'node:fs';
import {
  dnsSubdomainProblems,
  type FieldError,
  invalid,
  isObject,
  type JsonObject,
  lineOf,
  notSupported,
  required,
} from '@tiphys/sdk/machinery';
import { messageOf } from '@tiphys/sdk/runtime';
import { decode, s } from '@tiphys/sdk/schema';
import { strictProblems } from '../handlers/field-validation.ts';
import { jsonWord, readJson } from '../handlers/json-text.ts';
import { headerType } from '../handlers/said-type.ts';
import { readYaml } from '../yaml/index.ts';
import { type GroupResources, levels, type Policy, type PolicyRule, stages } from './policy.ts';

const v1 = 'io.k8s.apiserver.pkg.apis.audit.v1';
const texts = s.list(s.str());

const groupResources = s.struct(`${v1}.GroupResources`, {
  group: s.zero(1, s.str()),
  resources: s.zero(2, texts),
  resourceNames: s.zero(3, texts),
});

const policyRule = s.struct(`${v1}.PolicyRule`, {
  level: s.zero(1, s.str()),
  users: s.zero(2, texts),
  userGroups: s.zero(3, texts),
  verbs: s.zero(4, texts),
  resources: s.zero(5, s.list(groupResources)),
  namespaces: s.zero(6, texts),
  nonResourceURLs: s.zero(7, texts),
  omitStages: s.zero(8, texts),
  omitManagedFields: s.opt(9, s.bool()),
});

const policy = s.struct(`${v1}.Policy`, {
  apiVersion: s.zero(10, s.str()),
  kind: s.zero(11, s.str()),
  metadata: s.opt(1, s.any()),
  rules: s.zero(2, s.list(policyRule)),
  omitStages: s.zero(3, texts),
  omitManagedFields: s.zero(4, s.bool()),
});

const apiVersion = 'audit.k8s.io/v1';
const kinds: readonly string[] = ['Event', 'EventList', 'Policy', 'PolicyList'];

/** The policy of a file; what only strict reading would refuse is warned of. Throws an `Error` in upstream's words. */
export function loadPolicy(path: string, warn: (text: string) => void): Policy {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(path);
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    const why = (code && known[code]) ?? message;
    throw new Error(`failed to read file path ${JSON.stringify(path)}: open ${path}: ${why}`, { cause });
  }
  try {
    return readPolicy(bytes, warn);
  } catch (cause) {
    throw new Error(`${messageOf(cause)}: from file ${path}`, { cause });
  }
}

const known: Readonly<Record<string, string>> = {
  ENOENT: 'no such file or directory',
  EACCES: 'permission denied',
  EISDIR: 'is a directory',
};

export function readPolicy(bytes: Uint8Array, warn: (text: string) => void = () => {}): Policy {
  const { value, odd } = decoded(bytes);
  if (odd) warn(`Audit policy contains errors, falling back to lenient decoding: ${odd}`);
  if (value['apiVersion'] !== apiVersion)
    throw new Error('unknown group version field audit.k8s.io/__internal, Kind=Policy in policy');
  const lines = [...new Set([...problemsOf(value as unknown as Policy)].map(lineOf))];
  if (lines.length) throw new Error(lines.length === 1 ? lines[0] : `[${lines.join(', ')}]`);
  const read = value as unknown as Policy;
  if (!(value['rules'] as unknown[] | undefined)?.length) throw new Error('loaded illegal policy with 0 rules');
  return read;
}

/** A policy as it was read, and what was odd about it. */
function decoded(bytes: Uint8Array): { readonly value: JsonObject; readonly odd: string | undefined } {
  try {
    const { value, ...duplicates } = parsed(bytes);
    const unknown: string[] = [];
    // What doesn't say its version is read as if no version had any fields.
    const shape = checkHeader(value) === '' ? s.struct(`${v1}.Policy`, header).shape : policy.shape;
    const onUnknown = (path: string) => void unknown.push(`unknown field ${JSON.stringify(path)}`);
    return { value: decode(shape, value, { onUnknown }) as JsonObject, odd: strictProblems(unknown, duplicates) };
  } catch (cause) {
    throw new Error(`failed decoding: ${messageOf(cause)}`, { cause });
  }
}

const header = { apiVersion: s.zero(1, s.str()), kind: s.zero(2, s.str()) };

function parsed(bytes: Uint8Array): { value: JsonObject; json?: readonly string[]; yaml?: readonly string[] } {
  const isJson = /^\s*\{/.test(Buffer.from(bytes).toString());
  const { value, duplicates } = isJson ? readJson(bytes) : readYaml(bytes);
  if (value !== null && !isObject(value))
    throw new Error(`${noHeader}cannot unmarshal ${jsonWord(value)} into Go value of type ${headerType}`);
  return { value: value ?? {}, [isJson ? 'json' : 'yaml']: duplicates };
}

const noHeader = "couldn't get version/kind; json parse error: json: ";

/** The version that it says; what it says that it is must be a policy. */
function checkHeader({ apiVersion: version = '', kind = 'Policy' }: JsonObject): string {
  for (const [name, said] of [
    ['apiVersion', version],
    ['kind', kind],
  ] as const) {
    if (said !== null && typeof said !== 'string')
      throw new Error(`${noHeader}cannot unmarshal ${jsonWord(said)} into Go struct field .${name} of type string`);
  }
  const said = String(kind || 'Policy');
  if (!version) return '';
  if (version !== apiVersion || !kinds.includes(said))
    throw new Error(
      `no kind ${JSON.stringify(said)} is registered for version ${JSON.stringify(version)} in scheme "pkg/runtime/scheme.go:111"`,
    );
  if (said !== 'Policy') throw new Error(`converting (v1.${said}) to (audit.Policy): unknown conversion`);
  return String(version);
}

function* problemsOf({ omitStages, rules = [] }: Partial<Policy>): Iterable<FieldError> {
  yield* stageProblems(omitStages, 'omitStages');
  for (const [i, rule] of rules.entries()) yield* ruleProblems(rule, `rules[${i}]`);
}

function* ruleProblems(
  { level, nonResourceURLs = [], resources = [], ...rule }: PolicyRule,
  at: string,
): Iterable<FieldError> {
  if (!level) yield required(`${at}.level`);
  else if (!levels.includes(level)) yield notSupported(`${at}.level`, level, levels);
  for (const [i, url] of nonResourceURLs.entries()) yield* urlProblems(url, `${at}.nonResourceURLs[${i}]`);
  for (const of of resources) yield* resourceProblems(of, `${at}.resources`);
  yield* stageProblems(rule.omitStages, `${at}.omitStages`);
  if (nonResourceURLs.length && (resources.length || rule.namespaces?.length)) {
    yield invalid(
      `${at}.nonResourceURLs`,
      nonResourceURLs,
      'rules cannot apply to both regular resources and non-resource URLs',
    );
  }
}

function* urlProblems(url: string, at: string): Iterable<FieldError> {
  if (url === '*') return;
  if (!url.startsWith('/')) yield invalid(at, url, "non-resource URL rules must begin with a '/' character");
  if (url.slice(0, -1).includes('*'))
    yield invalid(at, url, "non-resource URL wildcards '*' must be the final character of the rule");
}

function* resourceProblems(
  { group, resources = [], resourceNames = [] }: GroupResources,
  at: string,
): Iterable<FieldError> {
  const problems = group && group !== '*' ? dnsSubdomainProblems(group) : [];
  if (problems.length) yield invalid(`${at}.group`, group, problems.join(','));
  if (resourceNames.length && !resources.length)
    yield invalid(`${at}.resourceNames`, resourceNames, 'using resourceNames requires at least one resource');
}

function* stageProblems(given: readonly string[] = [], at: string): Iterable<FieldError> {
  for (const [i, stage] of given.entries()) {
    if (!(stages as readonly string[]).includes(stage))
      yield invalid(`${at}[${i}]`, stage, `allowed stages are ${stages.join(',')}`);
  }
}
