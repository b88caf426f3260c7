/**
 * Who may do what. A request, or a question about one, is an action; authorizers say of it yes, no, or nothing, one after the
 * other: roles that are stored (RBAC), what nodes need for their pods, a file of policies, webhooks. Which of them are asked is
 * said by flags, or by a file that may change while the server runs.
 */
export { type ChainOptions, AuthorizerChain } from './chain.ts';
export {
  type AuthorizationMode,
  type AuthorizerSettings,
  flaggedWebhook,
  plain,
  readAuthorizers,
} from './config/settings.ts';
