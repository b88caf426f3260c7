import type { AnyKind } from '@tiphys/sdk/schema';

/** What `--runtime-config` says: `api/all`, `group/version` or `group/version/resource`, each to `true` or `false`. */
export type RuntimeConfig = ReadonlyMap<string, string>;

const wholes: Readonly<Record<string, RegExp>> = {
  'api/all': /^/,
  'api/ga': /^v\d+$/,
  'api/beta': /^v\d+beta\d+$/,
  'api/alpha': /^v\d+alpha\d+$/,
};
const ga = wholes['api/ga']!;

/**
 * Whether a kind is served. What is still in the making isn't unless asked for; a version that is named counts for more than the
 * many, a resource for more than its version. Throws, with upstream's words, for what makes no sense.
 */
export function servedBy(config: RuntimeConfig, kinds: readonly AnyKind[]): (kind: AnyKind) => boolean {
  const groups = new Set(kinds.map((k) => k.group));
  const versions = new Set(kinds.map((k) => `${k.group}/${k.version}`));
  for (const [key, value] of config) {
    if (wholes[key]) {
      if (value !== 'true' && value !== 'false') throw new Error(`invalid value ${key}=${value}`);
      continue;
    }
    const [group = '', version, resource, ...rest] = key.split('/');
    if (version === undefined || rest.length) throw new Error(`runtime-config invalid key ${key}`);
    if (!groups.has(group)) throw new Error(`unknown api groups ${group}`);
    if (!versions.has(`${group}/${version}`)) {
      throw new Error(`group version ${group}/${version} that has not been registered`);
    }
    if (resource !== undefined && resource !== resource.toLowerCase()) {
      throw new Error(
        `invalid key ${key}: group/version/resource and resource is always lowercase plural, not ${JSON.stringify(resource)}`,
      );
    }
    if (said(value) === undefined) {
      throw new Error(
        `invalid value of ${key}: ${value}, err: strconv.ParseBool: parsing ${JSON.stringify(value)}: invalid syntax`,
      );
    }
  }
  return ({ group, version, plural }) => {
    let isServed = ga.test(version);
    for (const [key, pattern] of Object.entries(wholes)) {
      if (pattern.test(version)) isServed = said(config.get(key)) ?? isServed;
    }
    for (const key of [`${group}/${version}`, `${group}/${version}/${plural}`]) {
      isServed = said(config.get(key)) ?? isServed;
    }
    return isServed;
  };
}

const yes = ['', '1', 't', 'T', 'true', 'TRUE', 'True'];
const no = ['0', 'f', 'F', 'false', 'FALSE', 'False'];

function said(value: string | undefined): boolean | undefined {
  if (value === undefined) return undefined;
  return yes.includes(value) ? true : no.includes(value) ? false : undefined;
}

/** `key=value,…`, the value left out for `true`. */
export const parseRuntimeConfig = (text: string): RuntimeConfig =>
  new Map(
    text
      .split(',')
      .filter(Boolean)
      .map((pair): [string, string] => {
        const at = pair.indexOf('=');
        return at === -1 ? [pair.trim(), ''] : [pair.slice(0, at).trim(), pair.slice(at + 1).trim()];
      }),
  );
