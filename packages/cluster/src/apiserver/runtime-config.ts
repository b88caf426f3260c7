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

/** Versions that upstream has and serves no more: naming them is no mistake. */
const retired: readonly string[] = `
  admission.k8s.io/v1 admission.k8s.io/v1beta1 apiextensions.k8s.io/v1beta1 apiregistration.k8s.io/v1beta1
  apps/v1beta1 apps/v1beta2 authentication.k8s.io/v1alpha1 authentication.k8s.io/v1beta1
  authorization.k8s.io/v1beta1 batch/v1beta1 discovery.k8s.io/v1beta1 events.k8s.io/v1beta1 extensions/v1beta1
  flowcontrol.apiserver.k8s.io/v1beta1 flowcontrol.apiserver.k8s.io/v1beta2 flowcontrol.apiserver.k8s.io/v1beta3
  imagepolicy.k8s.io/v1alpha1 node.k8s.io/v1alpha1 node.k8s.io/v1beta1 policy/v1beta1
  rbac.authorization.k8s.io/v1alpha1 rbac.authorization.k8s.io/v1beta1 scheduling.k8s.io/v1alpha1
  scheduling.k8s.io/v1beta1 storage.k8s.io/v1alpha1
`
  .trim()
  .split(/\s+/);

/** What the server itself can't do without. */
const indispensable = ['v1', 'apiregistration.k8s.io/v1'];

const groupVersion = ({ apiVersion }: AnyKind): string => apiVersion;

/** The version and the resource in it that a key names; the core group is named by its version alone. */
function placeOf(key: string): { apiVersion: string; resource?: string } {
  const [first = '', second, ...rest] = key.split('/');
  const [version, resource, ...more] = first === 'v1' ? [undefined, second, ...rest] : [second, ...rest];
  if ((version === undefined && first !== 'v1') || more.length) throw new Error(`runtime-config invalid key ${key}`);
  return {
    apiVersion: version === undefined ? first : `${first}/${version}`,
    ...(resource !== undefined && { resource }),
  };
}

/**
 * Whether a kind is served. What is still in the making isn't unless asked for; a version that is named counts for more than the
 * many, a resource for more than its version. Throws, with upstream's words, for what makes no sense.
 */
export function servedBy(config: RuntimeConfig, kinds: readonly AnyKind[]): (kind: AnyKind) => boolean {
  refuseNonsense(config, [...kinds.map(groupVersion), ...retired]);
  const isServed = ({ apiVersion, version, plural }: AnyKind): boolean => {
    let served = ga.test(version);
    for (const [key, pattern] of Object.entries(wholes)) {
      if (pattern.test(version)) served = said(config.get(key)) ?? served;
    }
    for (const key of [apiVersion, `${apiVersion}/${plural}`]) served = said(config.get(key)) ?? served;
    return served;
  };
  for (const apiVersion of indispensable) {
    const missing = kinds.some((k) => k.apiVersion === apiVersion && !isServed(k));
    if (missing) throw new Error(`API group/version ${apiVersion} must be enabled`);
  }
  return isServed;
}

function refuseNonsense(config: RuntimeConfig, registered: readonly string[]): void {
  if (config.size === 1 && config.get('api/all') === 'false')
    throw new Error('invalid runtime-config with only api/all=false');
  // Other keys of `api/` are left over from earlier releases, and mean nothing.
  const keys = [...config.keys()].filter((key) => !key.startsWith('api/'));
  const places = keys.map((key) => ({ key, ...placeOf(key) }));
  const groupOf = (apiVersion: string) => (apiVersion.includes('/') ? apiVersion.split('/')[0] : '');
  const groups = new Set(registered.map(groupOf));
  const strangers = places.filter((p) => !groups.has(groupOf(p.apiVersion)));
  if (strangers.length) throw new Error(`unknown api groups ${strangers.map((p) => p.apiVersion).join(',')}`);
  for (const key of Object.keys(wholes)) {
    const value = config.get(key);
    if (value !== undefined && value !== 'true' && value !== 'false') throw new Error(`invalid value ${key}=${value}`);
  }
  for (const { key, apiVersion, resource } of places) {
    if (!registered.includes(apiVersion)) throw new Error(`group version ${apiVersion} that has not been registered`);
    if (resource !== undefined && resource !== resource.toLowerCase())
      throw new Error(
        `invalid key ${key}: group/version/resource and resource is always lowercase plural, not ${JSON.stringify(resource)}`,
      );
    const value = config.get(key);
    if (value !== undefined && said(value) === undefined)
      throw new Error(
        `invalid value of ${key}: ${value}, err: strconv.ParseBool: parsing ${JSON.stringify(value)}: invalid syntax`,
      );
  }
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
