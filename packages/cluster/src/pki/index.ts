/** The cluster's certificates and keys: made at first start, kept, renewed. And the tokens of service accounts. */
export type { KeyPair } from './certificate.ts';
export { kubeconfig } from './kubeconfig.ts';
export { selfSigned } from './self-signed.ts';
export { frontProxyName, Pki, type PkiOptions, writeFileOnce } from './pki.ts';
export { type BoundTo, ServiceAccountTokens, type TokenClaims } from './service-account-tokens.ts';
