import { namespace } from '@tiphys/sdk/api';
import type { AskAccess, PolicyInput } from '@tiphys/sdk/cel';
import type { JsonObject, KubeObject } from '@tiphys/sdk/machinery';
import { type Action, selectedBy } from '../../authz/authorizer.ts';
import type { PromptAuthorizer } from '../../authz/promptly.ts';
import type { Forms } from '../forms.ts';
import type { AdmissionAttributes } from '../plugin.ts';
import type { Match } from './match.ts';
import type { PromptWorld } from './world.ts';

/** What the expressions of a policy are told of a write. */
export function inputOf(
  attributes: AdmissionAttributes,
  { match, params, forms }: { match: Match; params: KubeObject | undefined; forms: Forms },
  world: PromptWorld,
): PolicyInput {
  const { group, resource, subresource, name } = attributes;
  const isNamespace = group === '' && resource === 'namespaces';
  const within = isNamespace ? '' : attributes.namespace;
  const of = within ? world.objects.find(namespace, '', within) : undefined;
  return {
    object: forms.object ?? null,
    oldObject: forms.oldObject ?? null,
    request: requestOf(attributes, match),
    params: params ?? null,
    namespaceObject: of ? shownNamespace(of) : null,
    access: {
      ask: asking(world.authorizer(), attributes),
      resource: { group, resource, subresource, namespace: attributes.namespace, name },
    },
  };
}

/** Whoever is told of the namespace isn't told who wrote it. */
function shownNamespace({ metadata, spec, status }: KubeObject & { spec?: unknown; status?: unknown }): JsonObject {
  const { managedFields: _managed, ownerReferences: _owners, ...shown } = metadata;
  return { metadata: shown, spec: spec ?? {}, status: status ?? {} } as unknown as JsonObject;
}

/** A write as an AdmissionRequest, but for its objects. */
export function requestOf(attributes: AdmissionAttributes, { kind, resource }: Match): JsonObject {
  const { user, operation, subresource, name, dryRun, options } = attributes;
  const request = {
    uid: '',
    kind: { group: kind.group, version: kind.version, kind: kind.kind },
    resource: { group: resource.group, version: resource.version, resource: resource.resource },
    ...(subresource && { subResource: subresource }),
    requestKind: { group: attributes.kind.group, version: attributes.kind.version, kind: attributes.kind.kind },
    requestResource: { group: attributes.group, version: attributes.version, resource: attributes.resource },
    ...(subresource && { requestSubResource: subresource }),
    ...(name && { name }),
    ...(attributes.namespace && { namespace: attributes.namespace }),
    operation,
    userInfo: {
      ...(user.name && { username: user.name }),
      ...(user.uid && { uid: user.uid }),
      ...(user.groups.length && { groups: user.groups }),
      ...(Object.keys(user.extra).length && { extra: user.extra }),
    },
    object: null,
    oldObject: null,
    dryRun,
    options,
  };
  return request as unknown as JsonObject;
}

/** Asks an authorizer in the name of whoever writes, or of a service account. */
function asking(authorize: PromptAuthorizer, { user }: AdmissionAttributes): AskAccess {
  return ({ serviceAccount, verb, path = '', fieldSelector, labelSelector, ...asked }) => {
    const account = serviceAccount && serviceAccountUser(serviceAccount);
    const action: Action = {
      user: account ?? user,
      verb,
      isResource: asked.resource !== undefined,
      group: asked.group ?? '',
      resource: asked.resource ?? '',
      subresource: asked.subresource ?? '',
      namespace: asked.namespace ?? '',
      name: asked.name ?? '',
      path,
      version: asked.resource === undefined ? '' : '*',
    };
    const { decision, reason, error } = authorize(selectedBy(action, fieldSelector, labelSelector));
    return { allowed: decision === 'allow', reason, ...(error !== undefined && { error }) };
  };
}

const serviceAccountUser = ({ namespace: of, name }: { namespace: string; name: string }) => ({
  name: `system:serviceaccount:${of}:${name}`,
  groups: ['system:serviceaccounts', `system:serviceaccounts:${of}`],
  extra: {},
});
