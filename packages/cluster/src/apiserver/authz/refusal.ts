import { StatusError } from '@tiphys/sdk/machinery';
import type { Action } from './authorizer.ts';

/** 403 in upstream's words (apiserver responsewriters.Forbidden). */
export function refusal(action: Action, reason: string): StatusError {
  const { group, resource, name, isResource } = action;
  const why = `${sentence(action)}${reason ? `: ${reason}` : ''}`;
  const qualified = `${resource}${group ? `.${group}` : ''}`;
  const subject = isResource ? `${qualified}${name ? ` ${JSON.stringify(name)}` : ''} is forbidden` : 'forbidden';
  return new StatusError(403, 'Forbidden', `${subject}: ${why}`, {
    ...(name && { name }),
    ...(group && { group }),
    ...(isResource && { kind: resource }),
  });
}

function sentence({ user, verb, isResource, group, resource, subresource, namespace, path }: Action): string {
  const who = `User ${JSON.stringify(user.name)}`;
  if (!isResource) return `${who} cannot ${verb} path ${JSON.stringify(path)}`;
  const what = subresource ? `${resource}/${subresource}` : resource;
  const where = namespace ? `in the namespace ${JSON.stringify(namespace)}` : 'at the cluster scope';
  return `${who} cannot ${verb} resource ${JSON.stringify(what)} in API group ${JSON.stringify(group)} ${where}`;
}
