import { Option } from 'commander';
import type { AuthorizationMode } from '../apiserver/index.ts';
import { Failure } from './failure.ts';
import { parseList, parsePeriod } from './flags.ts';

/** Who says what users may. */
export interface AuthorizationFlags {
  readonly authorizationMode: readonly string[];
  readonly authorizationPolicyFile?: string;
  readonly authorizationWebhookConfigFile?: string;
  readonly authorizationWebhookVersion: string;
  readonly authorizationWebhookCacheAuthorizedTtl: number;
  readonly authorizationWebhookCacheUnauthorizedTtl: number;
  readonly authorizationConfig?: string;
}

const modes = [
  'AlwaysAllow',
  'AlwaysDeny',
  'ABAC',
  'Webhook',
  'RBAC',
  'Node',
] as const satisfies readonly AuthorizationMode[];

export const authorizationFlags = (): Option[] => [
  new Option('--authorization-mode <modes>', `who decides, in order: ${modes.join(', ')}`)
    .argParser(parseList)
    .default(['Node', 'RBAC'], 'Node,RBAC'),
  new Option('--authorization-config <file>', 'who decides, in order: an AuthorizationConfiguration, followed'),
  new Option('--authorization-policy-file <file>', 'policies of --authorization-mode=ABAC, one a line, in JSON'),
  new Option(
    '--authorization-webhook-config-file <file>',
    'where the webhook of --authorization-mode=Webhook is, and who we are there: a kubeconfig',
  ),
  new Option(
    '--authorization-webhook-version <version>',
    'version of the SubjectAccessReviews that the webhook is asked',
  ).default('v1beta1'),
  ttl('--authorization-webhook-cache-authorized-ttl', 'how long the yes of the webhook is good for', '5m0s'),
  ttl('--authorization-webhook-cache-unauthorized-ttl', 'how long its no is', '30s'),
];

const ttl = (flag: string, description: string, value: string): Option =>
  new Option(`${flag} <duration>`, description).argParser(parsePeriod).default(parsePeriod(value), value);

/** Refuses what can't be together, in upstream's words. */
export function checkAuthorization(flags: AuthorizationFlags, isGiven: (name: string) => boolean): void {
  const { authorizationMode: named, authorizationPolicyFile: policies } = flags;
  const webhook = flags.authorizationWebhookConfigFile;
  if (flags.authorizationConfig) {
    if (!others.some(isGiven)) return;
    throw new Failure(
      '--authorization-config can not be specified when --authorization-mode or --authorization-webhook-* flags are defined',
    );
  }
  const problems = [
    ...(named.length ? [] : ['at least one authorization-mode must be passed']),
    ...named.flatMap((mode) => [
      ...((modes as readonly string[]).includes(mode)
        ? []
        : [`authorization-mode ${JSON.stringify(mode)} is not a valid mode`]),
      ...(mode === 'ABAC' && !policies ? ["authorization-mode ABAC's authorization policy file not passed"] : []),
      ...(mode === 'Webhook' && !webhook ? ["authorization-mode Webhook's authorization config file not passed"] : []),
    ]),
    ...(policies && !named.includes('ABAC') ? ['cannot specify --authorization-policy-file without mode ABAC'] : []),
    ...(webhook && !named.includes('Webhook')
      ? ['cannot specify --authorization-webhook-config-file without mode Webhook']
      : []),
    ...(new Set(named).size < named.length
      ? [`authorization-mode [${named.map((m) => JSON.stringify(m)).join(' ')}] has mode specified more than once`]
      : []),
  ];
  if (problems.length) throw new Failure(problems.length > 1 ? `[${problems.join(', ')}]` : problems[0]!);
}

const others = [
  'authorizationMode',
  'authorizationWebhookConfigFile',
  'authorizationWebhookVersion',
  'authorizationWebhookCacheAuthorizedTtl',
  'authorizationWebhookCacheUnauthorizedTtl',
];
