import { hostname } from 'node:os';
import {
  type AuthorizationMode,
  AuthorizerChain,
  type AuthorizerSettings,
  flaggedWebhook,
  identityOf,
  plain,
} from '../apiserver/index.ts';
import type { AuthorizationFlags } from './authorization-flags.ts';
import { reasonOf } from './data-dir.ts';
import { Failure } from './failure.ts';

/** Who says what users may, as flags and files have it. */
export async function loadAuthorizers(
  flags: AuthorizationFlags,
  deps: Parameters<typeof AuthorizerChain.load>[1],
): Promise<AuthorizerChain> {
  const { authorizationConfig: file, authorizationPolicyFile: policyFile } = flags;
  try {
    const authorizers = file ? { file } : flags.authorizationMode.map((mode) => settingsOf(mode, flags));
    const options = { authorizers, serverId: identityOf(hostname()), ...(policyFile && { policyFile }) };
    return await AuthorizerChain.load(options, deps);
  } catch (cause) {
    throw new Failure(reasonOf(cause), { cause });
  }
}

const settingsOf = (mode: string, flags: AuthorizationFlags): AuthorizerSettings =>
  mode === 'Webhook'
    ? flaggedWebhook({
        kubeconfig: flags.authorizationWebhookConfigFile ?? '',
        version: flags.authorizationWebhookVersion,
        authorizedTtlMs: flags.authorizationWebhookCacheAuthorizedTtl,
        unauthorizedTtlMs: flags.authorizationWebhookCacheUnauthorizedTtl,
      })
    : plain(mode as Exclude<AuthorizationMode, 'Webhook'>);
