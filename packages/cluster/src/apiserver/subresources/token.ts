import {
  node as nodeKind,
  pod as podKind,
  secret as secretKind,
  type TokenRequest,
  tokenRequest,
  tokenRequestSpec,
} from '@tiphys/sdk/api';
import {
  badRequest,
  conflict,
  type FieldError,
  invalid,
  invalidObject,
  type KubeObject,
  notFound,
  timestamp,
} from '@tiphys/sdk/machinery';
import type { Random } from '@tiphys/sdk/runtime';
import { erase, type Kind, setFields } from '@tiphys/sdk/schema';
import type { BoundTo, ServiceAccountTokens } from '../../pki/index.ts';
import { creationOf } from '../admission/attributes.ts';
import type { ClusterObjects } from '../admission/cluster-objects.ts';
import type { AdmissionChain } from '../admission/plugin.ts';
import { readObject } from '../handlers/body.ts';
import type { SubresourceHandler } from '../handlers/dispatch.ts';
import { negotiate } from '../handlers/negotiate.ts';
import { valueResponse } from '../handlers/respond.ts';
import { checkPlace, writeRequest } from '../handlers/write.ts';
import { trackFields } from '../registry/field-manager.ts';

export interface TokenDeps {
  readonly admission: () => AdmissionChain;
  readonly objects: ClusterObjects;
  readonly tokens: ServiceAccountTokens;
  readonly issuer: string;
  /** Who a token is for when the request doesn't say. */
  readonly audiences: readonly string[];
  readonly random: Random;
  /** The longest that a token is good for; any time unless told. */
  readonly longestTokenSeconds?: number;
  /** Whether tokens of pods are good for longer than was asked, as they are unless told. */
  readonly extendsTokens?: boolean;
}

const kind = erase(tokenRequest);
const shortest = 10 * 60;
const longest = 2 ** 32;
/** The lifetime that the ServiceAccount plugin asks for; such tokens are good for a year, so that clients which never reread theirs go on. */
const projected = 3607;
const year = 365 * 24 * 60 * 60;

/** `serviceaccounts/NAME/token`: a token for the account, good for a while and as long as what it is bound to. */
export const token = (deps: TokenDeps): SubresourceHandler => ({
  of: { group: '', resource: 'serviceaccounts' },
  subresource: 'token',
  verbs: ['create'],
  async handle(c, registry) {
    const { admission, objects } = deps;
    const { namespace, name } = c.info;
    const form = negotiate(c.request, c.query, 'nothing');
    const request = writeRequest(c, 'CreateOptions');
    const asked = (await readObject(c, kind)) as TokenRequest;
    checkPlace(asked.metadata, namespace, '');
    const { metadata, spec } = asked;
    if (request.manager) {
      const { manager } = request;
      trackFields(kind, { next: asked as KubeObject, old: undefined, manager, subresource: 'token', now: c.now });
    }
    const attributes = creationOf(c, kind, { request, object: asked as KubeObject });
    await admission().admit(attributes);
    if (metadata.name && metadata.name !== name) {
      const why = 'must match the service account name if specified';
      throw invalidObject(kind.group, kind.kind, name, [invalid('metadata.name', metadata.name, why)]);
    }
    const account = (await registry.get(namespace, name)).object;
    const errors = [...lifetimeErrors(spec.expirationSeconds ?? 0)];
    if (errors.length) throw invalidObject(kind.group, kind.kind, '', errors);
    await admission().validate(attributes);
    // Not before: NodeRestriction lets nodes ask for what pods ask for, and most name no audience.
    if (!spec.audiences?.length) setFields(tokenRequestSpec, spec, { audiences: [...deps.audiences] });
    const bound = spec.boundObjectRef ? await boundTo(spec.boundObjectRef, { namespace, account: name, objects }) : {};
    const { longestTokenSeconds: most = Infinity } = deps;
    const wanted = spec.expirationSeconds ?? shortest;
    const seconds = Math.min(wanted, most);
    if (wanted > seconds) {
      c.warn(`requested expiration of ${wanted} seconds shortened to ${seconds} seconds`);
      setFields(tokenRequestSpec, spec, { expirationSeconds: seconds });
    }
    const id = deps.random.uuid();
    const claims = { id, account, audiences: spec.audiences ?? [], seconds, bound, now: c.now };
    c.audit?.annotate('authentication.kubernetes.io/issued-credential-id', `JTI=${id}`);
    const status = { token: signed(deps, claims), expirationTimestamp: timestamp(c.now + seconds * 1000) };
    const own = { name, namespace, uid: deps.random.uuid(), creationTimestamp: timestamp(c.now) };
    const { kind: of, apiVersion } = kind;
    return valueResponse(c, { kind: of, apiVersion, metadata: { ...metadata, ...own }, spec, status }, form, 201);
  },
});

interface Claims {
  readonly id: string;
  readonly account: KubeObject;
  readonly audiences: readonly string[];
  readonly seconds: number;
  readonly bound: Bound;
  readonly now: number;
}

function signed(deps: TokenDeps, { id, account, audiences, seconds, bound, now }: Claims): string {
  const { namespace = '', name = '', uid = '' } = account.metadata;
  const issued = Math.floor(now / 1000);
  const forServers = audiences.every((a) => deps.audiences.includes(a));
  const extended = (deps.extendsTokens ?? true) && bound.pod !== undefined && seconds === projected && forServers;
  return deps.tokens.sign({
    iss: deps.issuer,
    sub: `system:serviceaccount:${namespace}:${name}`,
    aud: audiences,
    exp: issued + (extended ? year : seconds),
    iat: issued,
    nbf: issued,
    jti: id,
    'kubernetes.io': {
      namespace,
      serviceaccount: { name, uid },
      ...bound,
      ...(extended && { warnafter: issued + seconds }),
    },
  });
}

function* lifetimeErrors(seconds: number): Iterable<FieldError> {
  const at = 'spec.expirationSeconds';
  if (seconds < shortest) yield invalid(at, seconds, 'may not specify a duration less than 10 minutes');
  if (seconds > longest) yield invalid(at, seconds, 'may not specify a duration larger than 2^32 seconds');
}

type Bound = Partial<Record<'pod' | 'node' | 'secret', BoundTo>>;

/** What the token is to go with: a pod of the account, a node, a secret. */
async function boundTo(
  ref: NonNullable<TokenRequest['spec']['boundObjectRef']>,
  { namespace, account, objects }: { namespace: string; account: string; objects: ClusterObjects },
): Promise<Bound> {
  const { kind: of = '', apiVersion = '', name = '', uid } = ref;
  const get = async <O extends KubeObject>(wanted: Kind<O, unknown>, ns: string): Promise<O> => {
    const found = await objects.get(wanted, ns, name);
    if (!found) throw notFound({ group: '', resource: erase(wanted).plural }, name);
    return found;
  };
  const claim = ({ metadata }: KubeObject): BoundTo => {
    if (!uid || uid === metadata.uid) return { name, uid: metadata.uid! };
    throw conflict(
      { group: '', resource: of },
      name,
      `the UID in the bound object reference (${uid}) does not match the UID in record. The object might have been deleted and then recreated`,
    );
  };
  switch (apiVersion.includes('/') ? '' : of) {
    case 'Pod': {
      const pod = await get(podKind, namespace);
      if (pod.spec.serviceAccountName !== account) {
        throw badRequest(
          `cannot bind token for serviceaccount ${JSON.stringify(account)} to pod running with different serviceaccount name.`,
        );
      }
      const { nodeName } = pod.spec;
      const onNode = nodeName ? await objects.get(nodeKind, '', nodeName) : undefined;
      return {
        pod: claim(pod),
        ...(nodeName && { node: { name: nodeName, ...(onNode && { uid: onNode.metadata.uid! }) } }),
      };
    }
    case 'Node':
      return { node: claim(await get(nodeKind, '')) };
    case 'Secret':
      return { secret: claim(await get(secretKind, namespace)) };
    default: {
      const groupVersion = apiVersion.includes('/') ? apiVersion : `/${apiVersion}`;
      throw badRequest(`cannot bind token to object of type ${groupVersion}, Kind=${of}`);
    }
  }
}
