import { type Scale, scale as scaleKind } from '@tiphys/sdk/api';
import {
  conflict,
  deepCopy,
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
import type { RequestContext, ServerResponse } from '../context.ts';
import { readObject } from '../handlers/body.ts';
import type { SubresourceHandler } from '../handlers/dispatch.ts';
import { appliedTo, applyProblems, configuration } from '../handlers/apply.ts';
import { type Negotiated, negotiate } from '../handlers/negotiate.ts';
import { partialMetadata, refuseMisfit } from '../handlers/partial-metadata.ts';
import { forceProblems, patchedBy, patchTypeOf } from '../handlers/patch.ts';
import { valueResponse } from '../handlers/respond.ts';
import { checkPlace, writeRequest } from '../handlers/write.ts';
import { rowResponse } from '../table/respond.ts';
import { type FieldManager, managerName } from '../registry/field-manager.ts';
import type { Registry } from '../registry/registry.ts';

const kind = erase(scaleKind);

interface Scalable extends KubeObject {
  spec?: JsonObject & { replicas?: number; selector?: Parameters<typeof labelSelectorOf>[0] };
  status?: JsonObject & { replicas?: number };
}

/** `…/scale` of every kind that declares one: its replicas, seen as an autoscaling/v1 Scale. */
export const scales: SubresourceHandler = {
  of: (k) => k.scale !== undefined,
  subresource: 'scale',
  verbs: ['get', 'update', 'patch'],
  handle,
};

async function handle(c: RequestContext, registry: Registry): Promise<ServerResponse> {
  const of = registry.resource.kind;
  const form = negotiate(c.request, c.query, 'object');
  if (c.info.verb === 'get') {
    const entry = await registry.get(c.info.namespace, c.info.name);
    return scaleResponse(c, scaleOf(entry.object, of), form);
  }
  const isPatch = c.info.verb === 'patch';
  const isApply = isPatch && patchTypeOf(c.request) === 'application/apply-patch+yaml';
  const problems = isApply ? applyProblems(c) : isPatch ? forceProblems(c) : [];
  const { manager, ...request } = writeRequest(c, isPatch ? 'PatchOptions' : 'UpdateOptions', problems);
  const sent = isPatch ? undefined : await readObject(c, kind);
  const wanted = isApply
    ? await applied(c, registry)
    : asked(c, registry, { manager: manager!, next: sent ? () => sent : await patchedBy(c, kind) });
  const written = await registry.update({
    ...request,
    retry: !sent?.metadata.resourceVersion,
    next: (current) => {
      const { scale, managedFields } = wanted(current as Scalable);
      const next = scaled(registry, current as Scalable, scale);
      if (managedFields) next.metadata.managedFields = managedFields;
      else delete next.metadata.managedFields;
      return next;
    },
  });
  return scaleResponse(c, scaleOf(written.object, of), form);
}

/** What a request wants an object's Scale to be, and whose the object's fields are then. */
type Wanted = (current: Scalable) => {
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
    const scale = next(scaleOf(current, resource.kind)) as unknown as Scale;
    checkPlace(scale.metadata, c.info.namespace, c.info.name, true);
    return { scale, managedFields: managedAfter(resource.kind, current, scale, { manager, now: c.now }) };
  };
}

/** By applying one. */
async function applied(c: RequestContext, { resource }: Registry): Promise<Wanted> {
  const config = await configuration(c, kind);
  const mapping = mappingOf(resource.kind);
  return (current) => {
    const before = current.metadata.managedFields;
    const live = withManagers(scaleOf(current, resource.kind), scaleManagedFields(before, mapping));
    const next = appliedTo(c, { kind, live, applied: config, ignore: statusFields });
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

function scaled({ resource }: Registry, current: Scalable, wanted: Scale): KubeObject {
  const { name = '', uid, resourceVersion } = current.metadata;
  const replicas = wanted.spec.replicas ?? 0;
  if (replicas < 0) {
    const why = `spec.replicas: Invalid value: ${replicas}: must be greater than or equal to 0`;
    throw new StatusError(422, 'Invalid', `Scale.autoscaling ${JSON.stringify(name)} is invalid: ${why}`, {
      name,
      group: 'autoscaling',
      kind: 'Scale',
      causes: [{ reason: 'FieldValueInvalid', message: why.slice('spec.replicas: '.length), field: 'spec.replicas' }],
    });
  }
  if (wanted.metadata.uid && wanted.metadata.uid !== uid) {
    throw conflict(
      resource,
      name,
      `Precondition failed: UID in precondition: ${wanted.metadata.uid}, UID in object meta: ${uid}`,
    );
  }
  const next = deepCopy(current);
  next.metadata.resourceVersion = wanted.metadata.resourceVersion || resourceVersion!;
  next.spec = { ...next.spec, replicas };
  return next;
}

/** A Scale's status is never anybody's. */
const statusFields = [['status']];

const mappingOf = ({ apiVersion }: AnyKind) => ({ replicasPath: ['spec', 'replicas'], apiVersion });

function withManagers(scale: KubeObject, owners: ManagedFieldsEntry[] | undefined): KubeObject {
  const object = decode(kind.schema.shape, scale) as KubeObject;
  if (owners) object.metadata.managedFields = owners;
  return object;
}

/** Whose the object's fields are when somebody has written its Scale: the replicas may have a new owner. */
function managedAfter(
  parent: AnyKind,
  current: Scalable,
  wanted: Scale,
  { manager, now }: { manager: FieldManager; now: number },
): ManagedFieldsEntry[] | undefined {
  const mapping = mappingOf(parent);
  const before = current.metadata.managedFields;
  const after = updateManaged({
    shape: kind.schema.shape,
    old: withManagers(scaleOf(current, parent), scaleManagedFields(before, mapping)),
    next: wanted as KubeObject,
    manager: managerName(manager),
    apiVersion: kind.apiVersion,
    subresource: 'scale',
    now: timestamp(now),
    ignore: statusFields,
  });
  return parentManagedFields(before, after, mapping);
}

function scaleOf(object: Scalable, { scale }: AnyKind): KubeObject & JsonObject {
  const { metadata, spec, status } = object;
  const { name, namespace, uid, resourceVersion, creationTimestamp } = metadata;
  const selector = scale?.selector?.(object) ?? (spec?.selector ? labelSelectorOf(spec.selector).text : '');
  return {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: { name, namespace, uid, resourceVersion, creationTimestamp } as KubeObject['metadata'],
    spec: { ...(spec?.replicas && { replicas: spec.replicas }) },
    status: { replicas: status?.replicas ?? 0, ...(selector && { selector }) },
  };
}
