import { type Scale, scale as scaleKind } from '@tiphys/sdk/api';
import {
  badRequest,
  conflict,
  deepCopy,
  internalError,
  invalid,
  invalidObject,
  isObject,
  type JsonObject,
  type KubeObject,
  labelSelectorOf,
  type ManagedFieldsEntry,
  StatusError,
  timestamp,
} from '@tiphys/sdk/machinery';
import {
  type AnyKind,
  decode,
  erase,
  parentManagedFields,
  scaleManagedFields,
  updateManaged,
} from '@tiphys/sdk/schema';
import { updateOf } from '../admission/attributes.ts';
import type { AdmissionChain } from '../admission/plugin.ts';
import type { RequestContext, ServerResponse } from '../context.ts';
import { readObject } from '../handlers/body.ts';
import type { SubresourceHandler } from '../handlers/dispatch.ts';
import { appliedTo, applyProblems, configurationOf } from '../handlers/apply.ts';
import { type Negotiated, negotiate } from '../handlers/negotiate.ts';
import { partialMetadata, refuseMisfit } from '../handlers/partial-metadata.ts';
import { forceProblems, patchedBy, patchTypeOf, refuseUnknownPatch } from '../handlers/patch.ts';
import { valueResponse } from '../handlers/respond.ts';
import { checkPlace, writeRequest } from '../handlers/write.ts';
import { namesOf, nestedInteger } from '../crd/nested.ts';
import { rowResponse } from '../table/respond.ts';
import { type FieldManager, managerName } from '../registry/field-manager.ts';
import { otherUid } from '../registry/refusals.ts';
import type { Registry } from '../registry/registry.ts';
import type { WriteRequest } from '../registry/requests.ts';

const kind = erase(scaleKind);

/** `…/scale` of every kind that declares one: its replicas, seen as an autoscaling/v1 Scale. */
export const scales = (admission: () => AdmissionChain): SubresourceHandler => ({
  of: (k) => k.scale !== undefined,
  subresource: 'scale',
  verbs: ['get', 'update', 'patch'],
  handle: (c, registry) => handle(c, registry, admission()),
});

async function handle(c: RequestContext, registry: Registry, admission: AdmissionChain): Promise<ServerResponse> {
  const of = registry.resource.kind;
  const form = negotiate(c.request, c.query, 'object');
  if (c.info.verb === 'get') {
    const { object } = await registry.get(c.info.namespace, c.info.name);
    if (of.unstructured) refuseWithoutReplicas(object, of);
    return scaleResponse(c, scaleOf(object, of), form);
  }
  const isPatch = c.info.verb === 'patch';
  const isApply = isPatch && patchTypeOf(c.request) === 'application/apply-patch+yaml';
  if (isPatch && !isApply) refuseUnknownPatch(patchTypeOf(c.request), of);
  const problems = isApply ? applyProblems(c) : isPatch ? forceProblems(c) : [];
  const { manager, ...request } = writeRequest(c, isPatch ? 'PatchOptions' : 'UpdateOptions', problems);
  const sent = isPatch ? undefined : await readObject(c, kind);
  const wanted = isApply
    ? await applied(c, registry)
    : asked(c, registry, { manager: manager!, next: sent ? () => sent : await patchedBy(c, kind) });
  const written = await registry.update({
    ...request,
    admitted: true,
    next: async (current) => {
      const { scale, managedFields } = wanted(current!);
      const attributes = updateOf(c, kind, {
        request,
        object: scale as unknown as KubeObject,
        oldObject: scaleOf(current!, of),
      });
      await admission.admit(attributes);
      await admission.validate(attributes);
      const next = scaled(registry.resource, current!, { wanted: scale, replaces: !isPatch, request });
      if (managedFields) next.metadata.managedFields = managedFields;
      else delete next.metadata.managedFields;
      return next;
    },
  });
  return scaleResponse(c, scaleOf(written.object, of), form);
}

/** What a request wants an object's Scale to be, and whose the object's fields are then. */
type Wanted = (current: KubeObject) => {
  readonly scale: Scale;
  readonly managedFields: ManagedFieldsEntry[] | undefined;
};

/** By replacing or patching it. */
function asked(
  c: RequestContext,
  { resource }: Registry,
  { manager, next }: { manager: FieldManager; next: (scale: KubeObject) => KubeObject },
): Wanted {
  return (current) => {
    const owners = scaleManagedFields(current.metadata.managedFields, mappingOf(resource.kind));
    const start = startingScale(current, resource.kind);
    if (owners) start.metadata.managedFields = owners;
    const scale = next(start) as unknown as Scale;
    checkPlace(scale.metadata, c.info.namespace, c.info.name, true);
    return { scale, managedFields: managedAfter(resource.kind, current, scale, { manager, now: c.now }) };
  };
}

/** By applying one. */
async function applied(c: RequestContext, { resource }: Registry): Promise<Wanted> {
  const configuration = await configurationOf(c, kind);
  const mapping = mappingOf(resource.kind);
  return (current) => {
    const before = current.metadata.managedFields;
    const owners = scaleManagedFields(before, mapping);
    if (resource.kind.unstructured && !owners?.length) throw notConvertible();
    const live = withManagers(startingScale(current, resource.kind), owners);
    const next = appliedTo(c, { kind, live, ...configuration(), ignore: statusFields });
    return {
      scale: next as unknown as Scale,
      managedFields: parentManagedFields(before, next.metadata.managedFields, mapping),
    };
  };
}

/** A Scale in whatever form was asked for. */
function scaleResponse(c: RequestContext, scale: KubeObject, form: Negotiated): ServerResponse {
  refuseMisfit(form, kind, false);
  if (form.as === 'Table') {
    return rowResponse(c, kind, { object: scale, revision: Number(scale.metadata.resourceVersion) }, form);
  }
  return valueResponse(c, form.as === 'itself' ? scale : partialMetadata(scale, form.version), form);
}

/** Upstream can't take a Scale that nobody owns anything of for one of a kind that isn't its own. */
const notConvertible = (): StatusError =>
  new StatusError(
    500,
    '',
    'failed to create manager for existing fields: failed to convert live object (/; autoscaling/v1, Kind=Scale) to proper version: request to convert CR to an invalid group/version: autoscaling/v1',
  );

function refuseWithoutReplicas(object: KubeObject, { scale }: AnyKind): void {
  const { specReplicas, statusReplicas } = scale!;
  for (const path of [specReplicas, statusReplicas]) {
    const { problem } = nestedInteger(object, path);
    if (problem) throw new StatusError(500, '', problem);
  }
  if (nestedInteger(object, specReplicas).value !== undefined) return;
  throw internalError(`the spec replicas field ${JSON.stringify(specReplicas)} does not exist`);
}

/** What stands for replicas that aren't there: nobody could have meant it. */
const noReplicas = -(2 ** 31);

/** A Scale to be changed. Where a defined kind has no replicas yet, the change must say them. */
function startingScale(object: KubeObject, kind: AnyKind): KubeObject {
  const scale = scaleOf(object, kind);
  const isThere = !kind.unstructured || nestedInteger(object, kind.scale!.specReplicas).value !== undefined;
  return isThere ? scale : ({ ...scale, spec: { replicas: noReplicas } } as KubeObject);
}

function scaled(
  resource: Registry['resource'],
  current: KubeObject,
  { wanted, replaces, request }: { wanted: Scale; replaces: boolean; request: Pick<WriteRequest, 'dryRun'> },
): KubeObject {
  const { name = '', uid, resourceVersion } = current.metadata;
  const { kind } = resource;
  const path = kind.scale!.specReplicas;
  const replicas = wanted.spec.replicas ?? 0;
  if (kind.unstructured) {
    if (replicas === noReplicas) throw badRequest(`the spec replicas field ${JSON.stringify(path)} cannot be empty`);
  } else if (replicas < 0) {
    throw invalidObject('autoscaling', 'Scale', name, [
      invalid('spec.replicas', replicas, 'must be greater than or equal to 0'),
    ]);
  }
  if (wanted.metadata.uid && wanted.metadata.uid !== uid) {
    // Who replaces means one certain object, which the store compares; of others only the replicas count.
    if (replaces) throw otherUid(resource, { wanted: wanted.metadata.uid, is: current.metadata }, request);
    const of = { group: kind.group, resource: kind.unstructured ? kind.kind : `${resource.resource}/scale` };
    const why = `Precondition failed: UID in precondition: ${wanted.metadata.uid}, UID in object meta: ${uid}`;
    throw conflict(of, name, why);
  }
  const next = withValueAt(deepCopy(current), namesOf(path), replicas) as KubeObject;
  next.metadata.resourceVersion = wanted.metadata.resourceVersion || resourceVersion!;
  return next;
}

function withValueAt(object: object, [name, ...rest]: readonly string[], value: unknown): object {
  const members = object as JsonObject;
  const inside = members[name!];
  return { ...members, [name!]: rest.length ? withValueAt(isObject(inside) ? inside : {}, rest, value) : value };
}

/** A Scale's status is never anybody's. */
const statusFields = [['status']];

const mappingOf = ({ apiVersion, scale }: AnyKind) => ({ replicasPath: namesOf(scale!.specReplicas), apiVersion });

function withManagers(scale: KubeObject, owners: ManagedFieldsEntry[] | undefined): KubeObject {
  const object = decode(kind.schema.shape, scale) as KubeObject;
  if (owners) object.metadata.managedFields = owners;
  return object;
}

/** Whose the object's fields are when somebody has written its Scale: the replicas may have a new owner. */
function managedAfter(
  parent: AnyKind,
  current: KubeObject,
  wanted: Scale,
  { manager, now }: { manager: FieldManager; now: number },
): ManagedFieldsEntry[] | undefined {
  const mapping = mappingOf(parent);
  const before = current.metadata.managedFields;
  const after = updateManaged({
    shape: kind.schema.shape,
    old: withManagers(startingScale(current, parent), scaleManagedFields(before, mapping)),
    next: wanted as KubeObject,
    manager: managerName(manager),
    apiVersion: kind.apiVersion,
    subresource: 'scale',
    now: timestamp(now),
    ignore: statusFields,
  });
  return parentManagedFields(before, after, mapping);
}

type Selecting = { spec?: { selector?: Parameters<typeof labelSelectorOf>[0] } };

function scaleOf(object: KubeObject, { scale }: AnyKind): KubeObject & JsonObject {
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata;
  const { specReplicas, statusReplicas } = scale!;
  const replicas = nestedInteger(object, specReplicas).value;
  const { selector: own } = (object as Selecting).spec ?? {};
  const selector = scale!.selector?.(object) ?? (own ? labelSelectorOf(own).text : '');
  return {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: { name, namespace, uid, resourceVersion, creationTimestamp } as KubeObject['metadata'],
    spec: { ...(replicas && { replicas }) },
    status: { replicas: nestedInteger(object, statusReplicas).value ?? 0, ...(selector && { selector }) },
  };
}
