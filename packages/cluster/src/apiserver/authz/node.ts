import { isOpen } from '@tiphys/sdk/api';
import type { Gates } from '@tiphys/sdk/schema';
import { type Action, allowed, type Verdict } from './authorizer.ts';
import type { PromptAuthorizer } from './promptly.ts';
import { nodeRules } from './bootstrap/index.ts';
import { nodeNameOf } from './node-identity.ts';
import { ruleAllows } from './rule-allows.ts';

/** What a node's pods use, and so what the node may read. */
export interface NodeRelations {
  hasPod(node: string, namespace: string, pod: string): boolean;
  uses(
    node: string,
    kind: 'secret' | 'configMap' | 'serviceAccount' | 'claim' | 'resourceClaim',
    namespace: string,
    name: string,
  ): boolean;
  /** Whether a pod of the node claims the volume. */
  hasVolume(node: string, volume: string): boolean;
  hasAttachment(node: string, attachment: string): boolean;
  hasSlice(node: string, slice: string): boolean;
  /** Whether a request for a pod's certificate is the node's. */
  hasCertificateRequest(node: string, namespace: string, name: string): boolean;
}

const no = (reason: string): Verdict => ({ decision: 'no opinion', reason });
const leaseNamespace = 'kube-node-lease';

/** Nodes read what their own pods need, and write what is their own (upstream's node authorizer; NodeRestriction does the rest). */
export function nodeAuthorizer(relations: NodeRelations, gates?: Gates): PromptAuthorizer {
  const certifies = isOpen(gates, 'PodCertificateRequest');
  const rules = nodeRules(gates);
  return (action) => {
    const node = nodeNameOf(action.user);
    if (node === undefined) return no('');
    if (!node) return no(`unknown node for user ${JSON.stringify(action.user.name)}`);
    const asked = `${action.group}/${action.resource}`;
    if (action.isResource && asked === podCertificateRequests && !certifies) return no('');
    const special = action.isResource ? byResource[asked] : undefined;
    if (special) return special(action, node, relations);
    return rules.some((r) => ruleAllows(r, action)) ? allowed : no('');
  };
}

type Judge = (action: Action, node: string, relations: NodeRelations) => Verdict;

const unrelated = (node: string): Verdict => no(`no relationship found between node '${node}' and this object`);

const reading =
  (kind: 'secret' | 'configMap'): Judge =>
  ({ verb, subresource, namespace, name }, node, relations) => {
    if (!['get', 'list', 'watch'].includes(verb)) return no('can only read resources of this type');
    if (subresource) return no('cannot read subresource');
    if (!namespace) return no('can only read namespaced object of this type');
    if (!name) return no('No Object name found');
    return relations.uses(node, kind, namespace, name) ? allowed : unrelated(node);
  };

/** One object at a time, and only when some pod of the node leads to it. */
const getting =
  (related: (action: Action, node: string, relations: NodeRelations) => boolean): Judge =>
  (action, node, relations) => {
    if (action.verb !== 'get') return no('can only get individual resources of this type');
    if (action.subresource) return no('cannot get subresource');
    if (!action.name) return no('No Object name found');
    return related(action, node, relations) ? allowed : unrelated(node);
  };

const ownByName =
  (what: string, verbs: string, names: string): Judge =>
  ({ verb, name }, node) => {
    if (!['get', 'create', 'update', 'patch', 'delete'].includes(verb)) return no(verbs);
    // The name isn't known yet when something is made; NodeRestriction looks at it then.
    return verb === 'create' || name === node
      ? allowed
      : no(`can only access ${what} with the same name as the requesting ${names}`);
  };

const lease = ownByName('node lease', 'can only get, create, update, patch, or delete a node lease', 'node');
const csiNode = ownByName('CSINode', 'can only get, create, update, patch, or delete a CSINode', 'node');

const getPod = getting(({ namespace, name }, node, r) => r.hasPod(node, namespace, name));
const getClaim = getting(({ namespace, name }, node, r) => r.uses(node, 'claim', namespace, name));
const getVolume = getting(({ name }, node, r) => r.hasVolume(node, name));
const getAttachment = getting(({ name }, node, r) => r.hasAttachment(node, name));
const getAccount = getting(({ namespace, name }, node, r) => r.uses(node, 'serviceAccount', namespace, name));
const getResourceClaim = getting(({ namespace, name }, node, r) => r.uses(node, 'resourceClaim', namespace, name));

const sliceVerbs = ['get', 'watch', 'list', 'create', 'update', 'patch', 'delete', 'deletecollection'];

/** What devices a node has. */
const slice: Judge = ({ verb, subresource, name, fieldSelector = [] }, node, relations) => {
  if (subresource) return no('cannot authorize ResourceSlice subresources');
  if (!sliceVerbs.includes(verb)) {
    return no(`only the following verbs are allowed for a ResourceSlice: ${sliceVerbs.join(', ')}`);
  }
  // Whose it is NodeRestriction looks at when it is made.
  if (verb === 'create') return allowed;
  if (['list', 'watch', 'deletecollection'].includes(verb)) {
    return isOwn(fieldSelector, node)
      ? allowed
      : no('can only list/watch/deletecollection resourceslices with nodeName field selector');
  }
  if (!name) return no('No Object name found');
  return relations.hasSlice(node, name) ? allowed : unrelated(node);
};

const podCertificateRequests = 'certificates.k8s.io/podcertificaterequests';

const podCertificateRequest: Judge = ({ verb, subresource, namespace, name, fieldSelector = [] }, node, relations) => {
  if (subresource) return no('nodes may not access the status subresource of PodCertificateRequests');
  // Whose pod it is for NodeRestriction looks at.
  if (verb === 'create') return allowed;
  if (verb === 'list' || verb === 'watch') {
    return isOwn(fieldSelector, node)
      ? allowed
      : no('can only list/watch podcertificaterequests with nodeName field selector');
  }
  if (verb !== 'get') return no(`nodes may not ${verb} podcertificaterequests`);
  if (!name) return no('No Object name found');
  return relations.hasCertificateRequest(node, namespace, name) ? allowed : unrelated(node);
};

/** Only what is of this node. */
const isOwn = (selector: NonNullable<Action['fieldSelector']>, node: string): boolean =>
  selector.some((r) => r.field === 'spec.nodeName' && r.operator === '=' && r.value === node);

const byResource: Readonly<Record<string, Judge>> = {
  '/secrets': reading('secret'),
  '/configmaps': reading('configMap'),
  '/persistentvolumeclaims': (action, node, relations) => {
    if (action.subresource !== 'status') return getClaim(action, node, relations);
    if (action.verb !== 'update' && action.verb !== 'patch') return no('can only get/update/patch this type');
    if (!action.name) return no('No Object name found');
    return relations.uses(node, 'claim', action.namespace, action.name) ? allowed : unrelated(node);
  },
  '/persistentvolumes': getVolume,
  'storage.k8s.io/volumeattachments': getAttachment,
  'resource.k8s.io/resourceclaims': getResourceClaim,
  'resource.k8s.io/resourceslices': slice,
  [podCertificateRequests]: podCertificateRequest,

  '/serviceaccounts': (action, node, relations) => {
    const { verb, subresource, namespace, name } = action;
    // Plugins that fetch images with the pod's token look at its account.
    if (verb === 'get' && !subresource) return getAccount(action, node, relations);
    if (verb !== 'create' || !name) return no('can only create tokens for individual service accounts');
    if (subresource !== 'token') return no('can only create token subresource of service account');
    return relations.uses(node, 'serviceAccount', namespace, name) ? allowed : unrelated(node);
  },

  'coordination.k8s.io/leases': (action, node, relations) => {
    const verdict = lease(action, node, relations);
    if (verdict.reason.startsWith('can only get, ') || action.namespace === leaseNamespace) return verdict;
    return no(`can only access leases in the ${JSON.stringify(leaseNamespace)} system namespace`);
  },
  'storage.k8s.io/csinodes': (action, node, relations) =>
    action.subresource ? no('cannot authorize CSINode subresources') : csiNode(action, node, relations),

  '/nodes': ({ verb, subresource, name }, node) => {
    if (subresource === 'status') return verb === 'update' || verb === 'patch' ? allowed : no('');
    if (subresource) return no('');
    if (['create', 'update', 'patch'].includes(verb)) return allowed;
    if (!['get', 'list', 'watch'].includes(verb)) return no('');
    if (name === node) return allowed;
    return no(
      name
        ? `node '${node}' cannot read '${name}', only its own Node object`
        : `node '${node}' cannot read all nodes, only its own Node object`,
    );
  },

  '/pods': (action, node, relations) => {
    const { verb, subresource, fieldSelector = [] } = action;
    if (subresource === 'status') return verb === 'update' || verb === 'patch' ? allowed : no('');
    if (subresource === 'eviction') return verb === 'create' ? allowed : no('');
    if (subresource) return no('');
    switch (verb) {
      case 'get':
        return getPod(action, node, relations);
      case 'list':
      case 'watch':
        return isOwn(fieldSelector, node) ? allowed : no('can only list/watch pods with spec.nodeName field selector');
      case 'create':
      case 'delete':
        return allowed;
      default:
        return no('');
    }
  },
};
