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
import { negotiate } from '../handlers/negotiate.ts';
import { patchedBy } from '../handlers/patch.ts';
import { valueResponse } from '../handlers/respond.ts';
import { writeRequest } from '../handlers/write.ts';
import { type FieldManager, managerName } from '../registry/field-manager.ts';
import type { Registry } from '../registry/registry.ts';

const kind = erase(scaleKind);

interface Scalable extends KubeObject {
  spec?: JsonObject & { replicas?: number; selector?: Parameters<typeof labelSelectorOf>[0] };
  status?: JsonObject & { replicas?: number };
}

/** `…/scale` of every kind that declares one: its replicas, seen as an autoscaling/v1 Scale. */
export function scalesOf(kinds: readonly AnyKind[]): SubresourceHandler[] {
  return kinds
    .filter((k) => k.scale)
    .map((k) => ({
      group: k.group,
      resource: k.plural,
      subresource: 'scale',
      verbs: ['get', 'update', 'patch'],
      handle,
    }));
}

async function handle(c: RequestContext, registry: Registry): Promise<ServerResponse> {
  const of = registry.resource.kind;
  const form = negotiate(c.request, c.query, 'object');
  if (c.info.verb === 'get') {
    const entry = await registry.get(c.info.namespace, c.info.name);
    return valueResponse(c, scaleOf(entry.object, of), form);
  }
  const patch = c.info.verb === 'patch' ? await patchedBy(c, kind) : undefined;
  const sent = patch ? undefined : ((await readObject(c, kind)) as unknown as Scale);
  const { manager, ...request } = writeRequest(c, patch ? 'PatchOptions' : 'UpdateOptions');
  const written = await registry.update({
    ...request,
    retry: patch !== undefined || !sent?.metadata.resourceVersion,
    next: (current) => {
      const wanted = sent ?? (patch!(scaleOf(current!, of) as unknown as KubeObject) as unknown as Scale);
      const next = scaled(registry, current as Scalable, wanted);
      const managedFields = managedAfter(registry.resource.kind, current as Scalable, wanted, {
        manager: manager!,
        now: c.now,
      });
      if (managedFields) next.metadata.managedFields = managedFields;
      else delete next.metadata.managedFields;
      return next;
    },
  });
  return valueResponse(c, scaleOf(written.object, of), form);
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

/** Whose the object's fields are when somebody has written its Scale: the replicas may have a new owner. */
function managedAfter(
  parent: AnyKind,
  current: Scalable,
  wanted: Scale,
  { manager, now }: { manager: FieldManager; now: number },
): ManagedFieldsEntry[] | undefined {
  const mapping = { replicasPath: ['spec', 'replicas'], apiVersion: parent.apiVersion };
  const before = current.metadata.managedFields;
  const old = decode(kind.schema.shape, scaleOf(current, parent)) as KubeObject;
  const owners = scaleManagedFields(before, mapping);
  if (owners) old.metadata.managedFields = owners;
  const after = updateManaged({
    shape: kind.schema.shape,
    old,
    next: wanted as KubeObject,
    manager: managerName(manager),
    apiVersion: kind.apiVersion,
    subresource: 'scale',
    now: timestamp(now),
    ignore: [['status']],
  });
  return parentManagedFields(before, after, mapping);
}

function scaleOf(object: Scalable, { scale }: AnyKind): JsonObject {
  const { metadata, spec, status } = object;
  const { name, namespace, uid, resourceVersion, creationTimestamp } = metadata;
  const selector = scale?.selector?.(object) ?? (spec?.selector ? labelSelectorOf(spec.selector).text : '');
  return {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: { name, namespace, uid, resourceVersion, creationTimestamp },
    spec: { ...(spec?.replicas && { replicas: spec.replicas }) },
    status: { replicas: status?.replicas ?? 0, ...(selector && { selector }) },
  };
}
