import { type GroupResource, StatusError } from '@tiphys/sdk/machinery';
import type { RequestInfo, UserInfo } from '../context.ts';

/** What somebody wants to do. */
export interface Action {
  readonly user: UserInfo;
  readonly verb: string;
  readonly isResource: boolean;
  readonly group: string;
  readonly resource: string;
  readonly subresource: string;
  readonly namespace: string;
  readonly name: string;
  readonly path: string;
}

export interface Verdict {
  readonly decision: 'allow' | 'deny' | 'no opinion';
  readonly reason: string;
}

export type Authorizer = (action: Action) => Verdict;

const noOpinion: Verdict = { decision: 'no opinion', reason: '' };

/** The first that has an opinion decides; nobody's opinion is a refusal with everybody's reasons. */
export const anyOf =
  (...authorizers: readonly Authorizer[]): Authorizer =>
  (action) => {
    const reasons: string[] = [];
    for (const ask of authorizers) {
      const verdict = ask(action);
      if (verdict.decision !== 'no opinion') return verdict;
      if (verdict.reason) reasons.push(verdict.reason);
    }
    return { ...noOpinion, reason: reasons.join(', ') };
  };

/** The group that may do anything, whatever RBAC says. */
export const mastersMay: Authorizer = ({ user }) =>
  user.groups.includes('system:masters') ? { decision: 'allow', reason: '' } : noOpinion;

export const actionOf = (user: UserInfo, info: RequestInfo): Action => ({
  user,
  verb: info.verb,
  isResource: info.isResource,
  group: info.group,
  resource: info.resource,
  subresource: info.subresource,
  namespace: info.namespace,
  name: info.name,
  path: info.path,
});

/** 403 in upstream's words (apiserver responsewriters.Forbidden). */
export function refusal(action: Action, reason: string): StatusError {
  const why = `${sentence(action)}${reason ? `: ${reason}` : ''}`;
  const about: GroupResource = { group: action.group, resource: action.resource };
  const subject = action.isResource
    ? `${action.resource}${action.group ? `.${action.group}` : ''}${action.name ? ` ${JSON.stringify(action.name)}` : ''} is forbidden`
    : 'forbidden';
  return new StatusError(403, 'Forbidden', `${subject}: ${why}`, {
    ...(action.name && { name: action.name }),
    ...(about.group && { group: about.group }),
    ...(action.isResource && { kind: about.resource }),
  });
}

function sentence({ user, verb, isResource, group, resource, subresource, namespace, path }: Action): string {
  const who = `User ${JSON.stringify(user.name)}`;
  if (!isResource) return `${who} cannot ${verb} path ${JSON.stringify(path)}`;
  const what = subresource ? `${resource}/${subresource}` : resource;
  const where = namespace ? `in the namespace ${JSON.stringify(namespace)}` : 'at the cluster scope';
  return `${who} cannot ${verb} resource ${JSON.stringify(what)} in API group ${JSON.stringify(group)} ${where}`;
}
