import { s } from '@tiphys/sdk/schema';
import type { ConfigKind } from '../../config-file/index.ts';

/** What a claim becomes: with a prefix, or by an expression. */
export interface ClaimMapping {
  readonly claim?: string;
  readonly prefix?: string;
  readonly expression?: string;
}

export interface ClaimValidationRule {
  readonly claim?: string;
  readonly requiredValue?: string;
  readonly expression?: string;
  readonly message?: string;
}

export interface UserValidationRule {
  readonly expression: string;
  readonly message?: string;
}

export interface Issuer {
  readonly url: string;
  readonly discoveryURL?: string;
  readonly certificateAuthority?: string;
  readonly audiences: readonly string[];
  readonly audienceMatchPolicy?: string;
  readonly egressSelectorType?: string;
}

/** How tokens of one OpenID provider become users. */
export interface JwtAuthenticator {
  readonly issuer: Issuer;
  readonly claimValidationRules?: readonly ClaimValidationRule[];
  readonly claimMappings: {
    readonly username: ClaimMapping;
    readonly groups?: ClaimMapping;
    readonly uid?: Omit<ClaimMapping, 'prefix'>;
    readonly extra?: readonly { readonly key: string; readonly valueExpression: string }[];
  };
  readonly userValidationRules?: readonly UserValidationRule[];
}

export interface AnonymousConfig {
  readonly enabled: boolean;
  readonly conditions?: readonly { readonly path: string }[];
}

export interface AuthenticationConfiguration {
  readonly jwt: readonly JwtAuthenticator[];
  readonly anonymous?: AnonymousConfig;
}

const group = 'apiserver.config.k8s.io';

/** All versions say the same; they differ in what decoding calls their structs. */
function inVersion(version: string): ConfigKind<AuthenticationConfiguration> {
  const name = (struct: string) => `apiserver.${version}.${struct}`;
  const text = s.str();
  const issuer = s.struct(name('Issuer'), {
    url: s.held(1, text),
    discoveryURL: s.opt(2, text),
    certificateAuthority: s.zero(3, text),
    audiences: s.held(4, s.list(text), { fill: [] }),
    audienceMatchPolicy: s.zero(5, text),
    egressSelectorType: s.zero(6, text),
  });
  const validation = s.struct(name('ClaimValidationRule'), {
    claim: s.zero(1, text),
    requiredValue: s.zero(2, text),
    expression: s.zero(3, text),
    message: s.zero(4, text),
  });
  const prefixed = s.struct(name('PrefixedClaimOrExpression'), {
    claim: s.zero(1, text),
    prefix: s.opt(2, text),
    expression: s.zero(3, text),
  });
  const plain = s.struct(name('ClaimOrExpression'), { claim: s.zero(1, text), expression: s.zero(2, text) });
  const extra = s.struct(name('ExtraMapping'), { key: s.held(1, text), valueExpression: s.held(2, text) });
  const mappings = s.struct(name('ClaimMappings'), {
    username: s.held(1, prefixed),
    groups: s.held(2, prefixed),
    uid: s.held(3, plain),
    extra: s.zero(4, s.list(extra)),
  });
  const userRule = s.struct(name('UserValidationRule'), { expression: s.held(1, text), message: s.zero(2, text) });
  const jwt = s.struct(name('JWTAuthenticator'), {
    issuer: s.held(1, issuer),
    claimValidationRules: s.zero(2, s.list(validation)),
    claimMappings: s.held(3, mappings),
    userValidationRules: s.zero(4, s.list(userRule)),
  });
  const condition = s.struct(name('AnonymousAuthCondition'), { path: s.held(1, text) });
  const anonymous = s.struct(name('AnonymousAuthConfig'), {
    enabled: s.held(1, s.bool()),
    conditions: s.zero(2, s.list(condition)),
  });
  const schema = s.struct(name('AuthenticationConfiguration'), {
    jwt: s.held(1, s.list(jwt), { fill: [] }),
    anonymous: s.opt(2, anonymous),
  });
  return { apiVersion: `${group}/${version}`, kind: 'AuthenticationConfiguration', schema };
}

export const authenticationConfiguration: readonly ConfigKind<AuthenticationConfiguration>[] = [
  'v1',
  'v1beta1',
  'v1alpha1',
].map(inVersion);
