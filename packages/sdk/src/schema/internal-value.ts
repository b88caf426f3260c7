import { asGiven, isObject, type FieldShape, type Shape, type StructShape } from '../machinery/index.ts';
import type { Schema } from './words.ts';

/** Fields whose internal names aren't just the published ones with a capital. */
const renamed: Readonly<Record<string, string>> = {
  uid: 'UID',
  cel: 'CEL',
  jsonPath: 'JSONPath',
  apiVersion: 'APIVersion',
  apiGroups: 'APIGroups',
  seLinuxOptions: 'SELinuxOptions',
  gmsaCredentialSpecName: 'GMSACredentialSpecName',
  gmsaCredentialSpec: 'GMSACredentialSpec',
  ip: 'IP',
  tty: 'TTY',
  os: 'OS',
  dnsPolicy: 'DNSPolicy',
  dnsConfig: 'DNSConfig',
  fsGroup: 'FSGroup',
  fsGroupChangePolicy: 'FSGroupChangePolicy',
  seLinuxChangePolicy: 'SELinuxChangePolicy',
  gcePersistentDisk: 'GCEPersistentDisk',
  awsElasticBlockStore: 'AWSElasticBlockStore',
  nfs: 'NFS',
  rbd: 'RBD',
  iscsi: 'ISCSI',
  fc: 'FC',
  cephfs: 'CephFS',
  storageos: 'StorageOS',
  csi: 'CSI',
  fsType: 'FSType',
  cidrs: 'CIDRs',
  httpGet: 'HTTPGet',
  httpHeaders: 'HTTPHeaders',
  tcpSocket: 'TCPSocket',
  grpc: 'GRPC',
  iqn: 'IQN',
  iscsiInterface: 'ISCSIInterface',
  chapAuthDiscovery: 'DiscoveryCHAPAuth',
  chapAuthSession: 'SessionCHAPAuth',
  wwids: 'WWIDs',
  pdName: 'PDName',
  diskURI: 'DataDiskURI',
  sslEnabled: 'SSLEnabled',
  pkixPublicKey: 'PKIXPublicKey',
};

/** Those that are so in one struct alone. */
const renamedIn: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'io.k8s.api.core.v1.GlusterfsVolumeSource': { endpoints: 'EndpointsName' },
  'io.k8s.api.core.v1.RBDVolumeSource': {
    monitors: 'CephMonitors',
    image: 'RBDImage',
    pool: 'RBDPool',
    user: 'RadosUser',
  },
};

/** Members that stand elsewhere inside than they are published: each right after another. */
const moved: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'io.k8s.api.core.v1.Volume': { quobyte: 'rbd' },
  'io.k8s.api.core.v1.PersistentVolumeSpec': { quobyte: 'rbd', flexVolume: 'iscsi' },
};

function* internalOrder({ name, fields }: StructShape): Iterable<FieldShape> {
  const places = moved[name] ?? {};
  for (const field of fields.values()) {
    if (places[field.name]) continue;
    yield field;
    for (const [late, early] of Object.entries(places)) if (early === field.name) yield fields.get(late)!;
  }
}

/**
 * A struct as upstream's field errors show it. They print its internal type, whose members go by their Go names and are all
 * there, set or not: `{"Type":"Unconfined","LocalhostProfile":null}`.
 */
export function internalValue<O>({ shape }: Schema<O, unknown>, value: O): unknown {
  return internal(shape, value);
}

function internal(shape: Shape, value: unknown): unknown {
  if (shape.type === 'list') return Array.isArray(value) ? value.map((v) => internal(shape.items, v)) : null;
  // Structs that all groups share have no internal form.
  if (shape.type !== 'struct' || shape.name.startsWith('io.k8s.apimachinery.')) return value;
  const out: Record<string, unknown> = {};
  for (const { name, presence, shape: member } of internalOrder(shape)) {
    const given = isObject(value) ? asGiven(value, name) : undefined;
    const unset = presence === 'optional' ? null : zeroOf(member);
    out[renamedIn[shape.name]?.[name] ?? renamed[name] ?? name[0]!.toUpperCase() + name.slice(1)] =
      given === undefined ? unset : internal(member, given);
  }
  return out;
}

function zeroOf(shape: Shape): unknown {
  switch (shape.type) {
    case 'string':
      return '';
    case 'integer':
    case 'number':
    case 'int-or-string':
      return 0;
    case 'boolean':
      return false;
    case 'quantity':
      return '0';
    case 'struct':
      return internal(shape, {});
    default:
      return null;
  }
}
