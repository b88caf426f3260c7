import { dirname } from 'node:path';
import type { Clock } from '@tiphys/sdk/runtime';
import type { ShownUser } from '../../webhook-client/index.ts';
import { type KubeconfigUser, readUsers, type Users } from './kubeconfig.ts';
import { shownUser } from './shown-user.ts';

/** Who the server is at a `host:port`: nobody where no user is for it. Throws where it can't be that user. */
export type WebhookUsers = (hostPort: string) => Promise<ShownUser | undefined>;

export async function loadWebhookUsers(kubeconfig: string, clock: Clock): Promise<WebhookUsers> {
  const users = await readUsers(kubeconfig);
  const place = { directory: dirname(kubeconfig), clock };
  const known = new Map<KubeconfigUser, ShownUser>();
  return async (hostPort) => {
    const user = userFor(users, hostPort);
    if (!user) return undefined;
    const shown = known.get(user) ?? (await shownUser(user, place));
    known.set(user, shown);
    return shown;
  };
}

/** A user is named after the webhooks that it is for; that of the current context is for all the others. */
export function userFor<U>({ byName, usual }: Users<U>, hostPort: string): U | undefined {
  const host = /^(?:\[([^[\]]*)\]|([^:[\]]*)):443$/.exec(hostPort);
  const hosts = [hostPort, ...(host ? [host[1] ?? host[2]!] : [])];
  const name = [...hosts.flatMap(namesFor), '*'].find((n) => byName.has(n));
  return name === undefined ? usual : byName.get(name);
}

/** Itself, and the domains in which it is, from the smallest. */
function namesFor(target: string): string[] {
  const steps = target.split('.');
  return [target, ...steps.slice(1).map((_, i) => `*.${steps.slice(i + 1).join('.')}`)];
}
