import { s, type Struct } from '@tiphys/sdk/schema';
import type { ConfigKind } from '../../config-file/index.ts';

/** The kind in one of its versions, which all say the same. */
function authorizationConfiguration(version: string) {
  const named = <const F extends Parameters<typeof s.struct>[1]>(name: string, fields: F) =>
    s.struct(`apiserver.${version}.${name}`, fields);
  const condition = named('WebhookMatchCondition', { expression: s.zero(1, s.str()) });
  const connection = named('WebhookConnectionInfo', {
    type: s.zero(1, s.str()),
    kubeConfigFile: s.opt(2, s.str()),
  });
  const webhook = named('WebhookConfiguration', {
    authorizedTTL: s.zero(1, s.str()),
    cacheAuthorizedRequests: s.opt(2, s.bool()),
    unauthorizedTTL: s.zero(3, s.str()),
    cacheUnauthorizedRequests: s.opt(4, s.bool()),
    timeout: s.zero(5, s.str()),
    subjectAccessReviewVersion: s.zero(6, s.str()),
    matchConditionSubjectAccessReviewVersion: s.zero(7, s.str()),
    failurePolicy: s.zero(8, s.str()),
    connectionInfo: s.opt(9, connection),
    matchConditions: s.zero(10, s.list(condition)),
  });
  const authorizer = named('AuthorizerConfiguration', {
    type: s.zero(1, s.str()),
    name: s.zero(2, s.str()),
    webhook: s.opt(3, webhook),
  });
  return named('AuthorizationConfiguration', { authorizers: s.zero(1, s.list(authorizer)) });
}

type Shape = ReturnType<typeof authorizationConfiguration>;
export interface AuthorizationConfiguration extends s.Out<Shape> {}
export type AuthorizerConfiguration = NonNullable<AuthorizationConfiguration['authorizers']>[number];
export type WebhookConfiguration = NonNullable<AuthorizerConfiguration['webhook']>;

export const authorizationConfigurations: readonly ConfigKind<AuthorizationConfiguration>[] = [
  'v1',
  'v1beta1',
  'v1alpha1',
].map((version) => ({
  apiVersion: `apiserver.config.k8s.io/${version}`,
  kind: 'AuthorizationConfiguration',
  schema: authorizationConfiguration(version) as Struct<AuthorizationConfiguration, unknown>,
}));
