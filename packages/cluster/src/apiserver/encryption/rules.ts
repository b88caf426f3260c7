import { field, type FieldError, goDuration, invalid, parseGoUrl, type Path, required } from '@tiphys/sdk/machinery';
import { messageOf } from '@tiphys/sdk/runtime';
import { durationIn } from '../config-file/index.ts';
import {
  defaultKmsTimeout,
  type EncryptionConfiguration,
  type KeyConfiguration,
  type KmsConfiguration,
  type Named,
  namedBy,
  type ProviderConfiguration,
} from './config.ts';

const aesKeySizes = [16, 24, 32];
const boxKeySizes = [32];

/** What is wrong with a configuration, in upstream's order. */
export function* configurationErrors(
  { resources = [] }: EncryptionConfiguration,
  reload: boolean,
): Iterable<FieldError> {
  const root = field('resources');
  if (!resources.length) return yield required(root, 'at least one resources is required');
  const kmsNames = new Set<string>();
  for (const [i, { resources: names = [], providers = [] }] of resources.entries()) {
    const namesAt = root.index(i).child('resources');
    const providersAt = root.index(i).child('providers');
    if (!names.length) yield required(namesAt, `at least one ${String(namesAt)} is required`);
    yield* overlapErrors(names, namesAt);
    yield* nameErrors(names, namesAt);
    if (!providers.length) yield required(providersAt, `at least one ${String(providersAt)} is required`);
    for (const [j, provider] of providers.entries()) {
      const at = providersAt.index(j);
      yield* choiceErrors(provider, at);
      const { kms, aesgcm, aescbc, secretbox } = provider;
      if (kms) {
        yield* kmsErrors(kms, at.child('kms'), { names: kmsNames, reload });
        kmsNames.add(kms.name ?? '');
      } else if (aesgcm) yield* keysErrors(aesgcm.keys, at.child('aesgcm', 'keys'), aesKeySizes);
      else if (aescbc) yield* keysErrors(aescbc.keys, at.child('aescbc', 'keys'), aesKeySizes);
      else if (secretbox) yield* keysErrors(secretbox.keys, at.child('secretbox', 'keys'), boxKeySizes);
    }
  }
}

function* overlapErrors(texts: readonly string[], at: Path): Iterable<FieldError> {
  const all = texts.map(namedBy);
  if (new Set(texts).size < texts.length)
    yield invalid(at, texts, 'the same resource cannot be specified multiple times');
  if (all.some((one, i) => all.some((other, j) => i !== j && overlaps(one, other)))) {
    yield invalid(
      at,
      texts,
      "using overlapping resources such as 'secrets' and '*.' in the same resource list is not allowed as they will be masked",
    );
  }
}

const isAll = ({ group, resource }: Named): boolean => group === '*' && resource === '*';

function overlaps(one: Named, other: Named): boolean {
  if (one.group === other.group && one.resource === other.resource) return false;
  if (isAll(one)) return true;
  return one.group === other.group && (one.resource === '*' || other.resource === '*');
}

/** Kept by the server for itself: nobody asks for them. */
const unnamed = new Set(['apiserveripinfo', 'serviceipallocations', 'servicenodeportallocations']);

function* nameErrors(names: readonly string[], at: Path): Iterable<FieldError> {
  for (const [i, name] of names.entries()) {
    const problem = nameProblem(name);
    if (problem) yield invalid(at.index(i), name, problem);
  }
}

function nameProblem(name: string): string | undefined {
  if (name.toLowerCase() !== name) return 'resource name should not contain capital letters';
  if (name === '*') return "use '*.' to encrypt all the resources from core API group or *.* to encrypt all resources";
  if (unnamed.has(name)) return 'resources which do not have REST API/s cannot be encrypted';
  const { group, resource } = namedBy(name);
  if (group === 'events.k8s.io') {
    return "'*.events.k8s.io' objects are stored using the 'events' API group in etcd. Use 'events' instead in the config file";
  }
  if (group === 'extensions') return "'extensions' group has been removed and cannot be used for encryption";
  if (group === '*' && resource !== '*') return 'encrypting the same resource across groups is not supported';
  return undefined;
}

function* choiceErrors(provider: ProviderConfiguration, at: Path): Iterable<FieldError> {
  const { aesgcm, aescbc, secretbox, identity, kms } = provider;
  const chosen = [aesgcm, aescbc, secretbox, identity, kms].filter((p) => p !== undefined).length;
  if (chosen === 1) return;
  yield invalid(
    at,
    shown(provider),
    chosen === 0
      ? 'provider does not contain any of the expected providers: KMS, AESGCM, AESCBC, Secretbox, Identity'
      : 'more than one provider specified in a single element, should split into different list elements',
  );
}

/** As upstream prints what it reads providers into; keys are not for logs. */
function shown({ aesgcm, aescbc, secretbox, identity, kms }: ProviderConfiguration): object {
  const keys = (of: { keys?: readonly KeyConfiguration[] } | undefined) =>
    of ? { Keys: of.keys?.map(({ name = '' }) => ({ Name: name, Secret: 'REDACTED' })) ?? null } : null;
  return {
    AESGCM: keys(aesgcm),
    AESCBC: keys(aescbc),
    Secretbox: keys(secretbox),
    Identity: identity ? {} : null,
    KMS: kms
      ? {
          APIVersion: kms.apiVersion ?? 'v1',
          Name: kms.name ?? '',
          CacheSize: kms.cachesize ?? null,
          Endpoint: kms.endpoint ?? '',
          Timeout: goDuration(durationIn(kms.timeout ?? defaultKmsTimeout)),
        }
      : null,
  };
}

function* keysErrors(
  keys: readonly KeyConfiguration[] | undefined,
  at: Path,
  sizes: readonly number[],
): Iterable<FieldError> {
  if (!keys?.length) return yield required(at, 'at least one keys is required');
  for (const [i, { name, secret }] of keys.entries()) {
    const here = at.index(i);
    if (!name) yield required(here.child('name'), 'name is a mandatory field for a key');
    if (!secret) {
      yield required(here.child('secret'), 'secret is a mandatory field for a key');
      continue;
    }
    const bytes = secretIn(secret);
    if (!bytes) yield invalid(here.child('secret'), 'REDACTED', 'secrets must be base64 encoded');
    else if (!sizes.includes(bytes.length)) {
      const why = `secret is not of the expected length, got ${bytes.length}, expected one of [${sizes.join(' ')}]`;
      yield invalid(here.child('secret'), 'REDACTED', why);
    }
  }
}

/** The bytes of a key; nothing for what isn't base64. Go's decoder reads over line ends. */
export function secretIn(text: string): Buffer | undefined {
  const line = text.replace(/[\r\n]/g, '');
  return /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(line)
    ? Buffer.from(line, 'base64')
    : undefined;
}

function* kmsErrors(
  { apiVersion = 'v1', name = '', cachesize, endpoint = '', timeout = defaultKmsTimeout }: KmsConfiguration,
  at: Path,
  { names, reload }: { readonly names: ReadonlySet<string>; readonly reload: boolean },
): Iterable<FieldError> {
  const nameAt = at.child('name');
  if (!name) yield required(nameAt, 'name is a mandatory field for a provider');
  if (apiVersion !== 'v1' && name.includes(':')) {
    yield invalid(nameAt, name, `invalid KMS provider name ${name}, must not contain ':'`);
  }
  if ((reload || apiVersion !== 'v1') && names.has(name)) {
    yield invalid(nameAt, name, `duplicate KMS provider name ${name}, names must be unique`);
  }
  const ms = durationIn(timeout);
  if (ms <= 0) {
    const text = ms < 0 ? `-${goDuration(-ms)}` : goDuration(ms);
    yield invalid(at.child('timeout'), text, 'timeout should be a positive value');
  }
  yield* endpointErrors(endpoint, at.child('endpoint'));
  if (apiVersion !== 'v1' && cachesize !== undefined) {
    yield invalid(at.child('cachesize'), cachesize, 'cachesize is not supported in v2');
  }
  if (apiVersion === 'v1' && cachesize === 0) {
    yield invalid(at.child('cachesize'), cachesize, 'cachesize should be a positive value, or negative to disable');
  }
  if (apiVersion !== 'v1' && apiVersion !== 'v2') {
    const why = 'unsupported apiVersion apiVersion for KMS provider, only v1 and v2 are supported';
    yield invalid(at.child('apiVersion'), apiVersion, why);
  }
}

function* endpointErrors(endpoint: string, at: Path): Iterable<FieldError> {
  if (!endpoint) return yield invalid(at, '', 'endpoint is a mandatory field for a kms');
  try {
    const { scheme } = parseGoUrl(endpoint);
    if (scheme !== 'unix') {
      yield invalid(
        at,
        endpoint,
        `unsupported scheme ${JSON.stringify(scheme)} for KMS provider, only unix is supported`,
      );
    }
  } catch (err) {
    yield invalid(at, endpoint, `invalid endpoint for kms provider, error: ${messageOf(err)}`);
  }
}
