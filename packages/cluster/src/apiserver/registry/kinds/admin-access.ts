import type { ResourceClaim, ResourceClaimTemplate } from '@tiphys/sdk/api';
import { field, forbiddenAt, invalidObject, type KubeObject, type Path } from '@tiphys/sdk/machinery';
import type { KindHooks } from '../kind-hooks.ts';
import type { Registries } from '../registries.ts';
import type { Resource } from '../resource.ts';

const label = 'resource.kubernetes.io/admin-access';

/** Devices that others use are given only in namespaces that an administrator opened for that. */
export function adminAccessHooks({ group, kind }: Resource, registries: () => Registries): KindHooks {
  return {
    beforeCreate(object, { namespace }) {
      const at = requested(kind.hub?.toHub(object) ?? object);
      if (!at) return;
      const labels = registries().find('', 'v1', 'namespaces')?.find('', namespace)?.object.metadata.labels;
      if (labels?.[label] === 'true') return;
      const why = `admin access to devices requires the \`${label}: true\` label on the containing namespace`;
      throw invalidObject(group, kind.kind, object.metadata.name ?? '', [forbiddenAt(at, why)]);
    },
  };
}

/** Where it is first asked for, as upstream tells it: not quite where it stands. */
function requested(object: KubeObject): Path | undefined {
  const { spec } = object as KubeObject & { spec: ResourceClaim['spec'] | ResourceClaimTemplate['spec'] };
  const [{ devices }, at] =
    'spec' in spec ? [spec.spec, field('spec', 'spec', 'devices')] : [spec, field('spec', 'devices')];
  const i = (devices.requests ?? []).findIndex((r) => r.exactly?.adminAccess);
  return i === -1 ? undefined : at.child('requests').index(i).child('adminAccess');
}
