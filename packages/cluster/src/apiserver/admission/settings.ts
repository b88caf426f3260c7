import { type Clock, messageOf, type Random } from '@tiphys/sdk/runtime';
import { WebhookClient, type WebhookConnections } from '../webhook-client/index.ts';
import { readPluginConfigs } from './configuration.ts';
import { type LimitedResource, readLimitedResources } from './limited-resources.ts';
import { isOnByDefault, pluginNames } from './names.ts';
import {
  type ClusterTolerations,
  type EventLimit,
  type ImagePolicyDeps,
  type NodeSelectors,
  readClusterTolerations,
  readEventLimits,
  readImagePolicy,
  readNodeSelectors,
} from './optional/index.ts';
import { type PodSecurityConfig, readPodSecurity } from './pod-security/configuration.ts';
import { readWebhookUsers } from './webhooks/configuration.ts';
import type { WebhookUsers } from './webhooks/users.ts';

/** Which plugins there are, and what is said to them. */
export interface AdmissionSettings {
  /** Beside those that are on by default, and of these, which not. */
  readonly enable: readonly string[];
  readonly disable: readonly string[];
  readonly podSecurity?: PodSecurityConfig;
  readonly eventLimits?: readonly EventLimit[];
  readonly nodeSelectors?: NodeSelectors;
  readonly tolerations?: ClusterTolerations;
  readonly imagePolicy?: ImagePolicyDeps;
  readonly limitedResources?: readonly LimitedResource[];
  /** Who the server is at webhooks that change writes, and at those that refuse them. */
  readonly mutatingWebhookUsers?: WebhookUsers | undefined;
  readonly validatingWebhookUsers?: WebhookUsers | undefined;
}

export interface AdmissionFlags extends Pick<AdmissionSettings, 'enable' | 'disable'> {
  /** `--admission-control-config-file`. */
  readonly configFile?: string | undefined;
}

interface World {
  readonly clock: Clock;
  readonly random: Random;
  readonly connections: WebhookConnections;
}

/** What the flags say. Throws in upstream's words. */
export async function readAdmission(flags: AdmissionFlags, world: World): Promise<AdmissionSettings> {
  const { enable, disable } = flags;
  checkNames(flags);
  const configOf = readPluginConfigs(flags.configFile);
  // Nobody reads what is said to plugins that aren't there.
  const said = async <K extends string, T>(name: string, key: K, read: (bytes?: Uint8Array) => T | Promise<T>) => {
    if (!isOn(name, flags)) return {};
    try {
      return { [key]: await read(configOf(name)) } as { [P in K]: T };
    } catch (cause) {
      throw new Error(`couldn't init admission plugin ${JSON.stringify(name)}: ${messageOf(cause)}`, { cause });
    }
  };
  const webhookUsers = (bytes?: Uint8Array) => readWebhookUsers(bytes, world.clock);
  return {
    enable,
    disable,
    ...(await said('PodSecurity', 'podSecurity', readPodSecurity)),
    ...(await said('EventRateLimit', 'eventLimits', readEventLimits)),
    ...(await said('PodNodeSelector', 'nodeSelectors', readNodeSelectors)),
    ...(await said('PodTolerationRestriction', 'tolerations', readClusterTolerations)),
    ...(await said('ImagePolicyWebhook', 'imagePolicy', async (bytes): Promise<ImagePolicyDeps> => {
      const settings = readImagePolicy(bytes);
      return { settings, client: await WebhookClient.load(settings.kubeConfigFile, world), ...world };
    })),
    ...(await said('ResourceQuota', 'limitedResources', readLimitedResources)),
    ...(await said('MutatingAdmissionWebhook', 'mutatingWebhookUsers', webhookUsers)),
    ...(await said('ValidatingAdmissionWebhook', 'validatingWebhookUsers', webhookUsers)),
  };
}

export const isOn = (name: string, { enable, disable }: Pick<AdmissionSettings, 'enable' | 'disable'>): boolean =>
  !disable.includes(name) && (isOnByDefault(name) || enable.includes(name));

function checkNames({ enable, disable }: AdmissionFlags): void {
  const problems: string[] = [];
  for (const [flag, names] of Object.entries({ enable, disable })) {
    for (const name of names) {
      if (!pluginNames.has(name)) problems.push(`${flag}-admission-plugins plugin ${JSON.stringify(name)} is unknown`);
    }
  }
  const both = enable.filter((name) => disable.includes(name)).sort();
  if (both.length) {
    problems.push(`[${both.join(' ')}] in enable-admission-plugins and disable-admission-plugins overlapped`);
  }
  if (problems.length) throw new Error(problems.length === 1 ? problems[0] : `[${problems.join(', ')}]`);
}
