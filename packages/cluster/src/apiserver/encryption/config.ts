import { s } from '@tiphys/sdk/schema';
import type { ConfigKind } from '../config-file/index.ts';

const named = <const F extends Parameters<typeof s.struct>[1]>(name: string, fields: F) =>
  s.struct(`apiserver.v1.${name}`, fields);

const key = named('Key', { name: s.zero(1, s.str()), secret: s.zero(2, s.str()) });
const aes = named('AESConfiguration', { keys: s.zero(1, s.list(key)) });
const box = named('SecretboxConfiguration', { keys: s.zero(1, s.list(key)) });
const identity = named('IdentityConfiguration', {});
const kms = named('KMSConfiguration', {
  apiVersion: s.zero(1, s.str()),
  name: s.zero(2, s.str()),
  cachesize: s.opt(3, s.int32()),
  endpoint: s.zero(4, s.str()),
  timeout: s.opt(5, s.str()),
});
const provider = named('ProviderConfiguration', {
  aesgcm: s.opt(1, aes),
  aescbc: s.opt(2, aes),
  secretbox: s.opt(3, box),
  identity: s.opt(4, identity),
  kms: s.opt(5, kms),
});
const resource = named('ResourceConfiguration', {
  resources: s.zero(1, s.list(s.str())),
  providers: s.zero(2, s.list(provider)),
});
const configuration = named('EncryptionConfiguration', { resources: s.zero(1, s.list(resource)) });

export interface EncryptionConfiguration extends s.Out<typeof configuration> {}
export type ResourceConfiguration = s.Out<typeof resource>;
export type ProviderConfiguration = s.Out<typeof provider>;
export type KmsConfiguration = s.Out<typeof kms>;
export type KeyConfiguration = s.Out<typeof key>;

/** The second is how old documentation called it. */
export const encryptionConfigurations: readonly ConfigKind<EncryptionConfiguration>[] = [
  { apiVersion: 'apiserver.config.k8s.io/v1', kind: 'EncryptionConfiguration', schema: configuration },
  { apiVersion: 'v1', kind: 'EncryptionConfig', schema: configuration },
];

/** Resources that a configuration speaks of: `*` for all. */
export interface Named {
  readonly group: string;
  readonly resource: string;
}

/** `resource`, `resource.group`, `*.group`, `*.` for the core group, `*.*`. */
export function namedBy(text: string): Named {
  const dot = text.indexOf('.');
  return dot === -1 ? { group: '', resource: text } : { group: text.slice(dot + 1), resource: text.slice(0, dot) };
}

export const defaultKmsTimeout = '3s';
