import { csiDriver, persistentVolume, persistentVolumeClaim, type Pod, type Volume } from '@tiphys/sdk/api';
import type { ClusterObjects } from './cluster-objects.ts';

/** Whom the pod's volumes want tokens for: those projected, and those that the drivers of its volumes ask for. */
export async function podAudiences(
  { metadata, spec }: Pod,
  objects: ClusterObjects,
): Promise<{ wanted: ReadonlySet<string>; problems: readonly string[] }> {
  const wanted = new Set<string>();
  const problems = new Set<string>();
  const found = async <T>(
    kind: string,
    name: string,
    object: T | undefined | Promise<T | undefined>,
  ): Promise<T | undefined> => {
    const there = await object;
    if (!there) problems.add(`${kind} ${JSON.stringify(name)} not found`);
    return there;
  };
  const volumeOfClaim = async (name: string): Promise<Served | undefined> => {
    const claim = await found(
      'persistentvolumeclaim',
      name,
      objects.get(persistentVolumeClaim, metadata.namespace ?? '', name),
    );
    if (!claim) return undefined;
    const volume = claim.spec.volumeName ?? '';
    return (await found('persistentvolume', volume, objects.get(persistentVolume, '', volume)))?.spec;
  };
  for (const volume of spec.volumes ?? []) {
    for (const { serviceAccountToken } of volume.projected?.sources ?? []) {
      if (serviceAccountToken) wanted.add(serviceAccountToken.audience ?? '');
    }
    const claim = volume.ephemeral ? `${metadata.name}-${volume.name}` : volume.persistentVolumeClaim?.claimName;
    const source = claim === undefined ? volume : await volumeOfClaim(claim);
    const name = source && driverOf(source);
    if (!name) continue;
    const { kind } = source.azureDisk ?? { kind: 'Managed' };
    if (kind !== 'Managed') {
      problems.add(`kind(${kind}) is not supported in csi migration`);
      continue;
    }
    const driver = await found('csidriver.storage.k8s.io', name, objects.get(csiDriver, '', name));
    for (const { audience } of driver?.spec.tokenRequests ?? []) wanted.add(audience);
  }
  return { wanted, problems: [...problems] };
}

/** What serves now the volumes that nodes once mounted by themselves. */
const successors = {
  awsElasticBlockStore: 'ebs.csi.aws.com',
  azureDisk: 'disk.csi.azure.com',
  azureFile: 'file.csi.azure.com',
  cinder: 'cinder.csi.openstack.org',
  gcePersistentDisk: 'pd.csi.storage.gke.io',
  portworxVolume: 'pxd.portworx.com',
  vsphereVolume: 'csi.vsphere.vmware.com',
} as const;

type Served = { readonly [source in keyof typeof successors]?: unknown } & Pick<Volume, 'azureDisk' | 'csi'>;

function driverOf(volume: Served): string | undefined {
  if (volume.csi) return volume.csi.driver;
  return Object.entries(successors).find(([source]) => volume[source as keyof Served])?.[1];
}
