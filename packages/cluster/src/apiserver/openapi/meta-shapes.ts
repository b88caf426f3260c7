import { s } from '@tiphys/sdk/schema';
import type { StructShape } from '@tiphys/sdk/machinery';

const meta = 'io.k8s.apimachinery.pkg.apis.meta.v1';

export const listMeta = s.struct(`${meta}.ListMeta`, {
  continue: s.zero(3, s.str()),
  remainingItemCount: s.opt(4, s.int64()),
  resourceVersion: s.zero(2, s.str()),
  selfLink: s.zero(1, s.str()),
});

const statusCause = s.struct(`${meta}.StatusCause`, {
  field: s.zero(3, s.str()),
  message: s.zero(2, s.str()),
  reason: s.zero(1, s.str()),
});

const statusDetails = s.struct(`${meta}.StatusDetails`, {
  causes: s.zero(4, s.list(statusCause)),
  group: s.zero(2, s.str()),
  kind: s.zero(3, s.str()),
  name: s.zero(1, s.str()),
  retryAfterSeconds: s.zero(5, s.int32()),
  uid: s.zero(6, s.str()),
});

export const status = s.struct(`${meta}.Status`, {
  code: s.zero(6, s.int32()),
  details: s.opt(5, statusDetails),
  message: s.zero(3, s.str()),
  metadata: s.held(1, listMeta),
  reason: s.zero(4, s.str()),
  status: s.zero(2, s.str()),
});

export const watchEvent = s.struct(`${meta}.WatchEvent`, {
  object: s.req(2, s.any('io.k8s.apimachinery.pkg.runtime.RawExtension')),
  type: s.req(1, s.str()),
});

const apiResource = s.struct(`${meta}.APIResource`, {
  categories: s.zero(7, s.list(s.str())),
  group: s.zero(8, s.str()),
  kind: s.req(3, s.str()),
  name: s.req(1, s.str()),
  namespaced: s.req(2, s.bool()),
  shortNames: s.zero(5, s.list(s.str())),
  singularName: s.req(6, s.str()),
  storageVersionHash: s.zero(10, s.str()),
  ...s.embed(4, 'Verbs', { verbs: s.req(1, s.plainList(s.str())) }),
  version: s.zero(9, s.str()),
});

export const apiResourceList = s.struct(`${meta}.APIResourceList`, {
  groupVersion: s.req(1, s.str()),
  resources: s.req(2, s.list(apiResource)),
});

const groupVersion = s.struct(`${meta}.GroupVersionForDiscovery`, {
  groupVersion: s.req(1, s.str()),
  version: s.req(2, s.str()),
});

const serverAddress = s.struct(`${meta}.ServerAddressByClientCIDR`, {
  clientCIDR: s.req(1, s.str()),
  serverAddress: s.req(2, s.str()),
});

export const apiGroup = s.struct(`${meta}.APIGroup`, {
  name: s.req(1, s.str()),
  preferredVersion: s.held(3, groupVersion),
  serverAddressByClientCIDRs: s.zero(4, s.list(serverAddress)),
  versions: s.req(2, s.list(groupVersion)),
});

export const apiGroupList = s.struct(`${meta}.APIGroupList`, {
  groups: s.req(1, s.list(apiGroup)),
});

export const apiVersions = s.struct(`${meta}.APIVersions`, {
  serverAddressByClientCIDRs: s.req(2, s.list(serverAddress)),
  versions: s.req(1, s.list(s.str())),
});

export const versionInfo = s.struct('io.k8s.apimachinery.pkg.version.Info', {
  major: s.req(1, s.str()),
  minor: s.req(2, s.str()),
  emulationMajor: s.zero(3, s.str()),
  emulationMinor: s.zero(4, s.str()),
  minCompatibilityMajor: s.zero(5, s.str()),
  minCompatibilityMinor: s.zero(6, s.str()),
  gitVersion: s.req(7, s.str()),
  gitCommit: s.req(8, s.str()),
  gitTreeState: s.req(9, s.str()),
  buildDate: s.req(10, s.str()),
  goVersion: s.req(11, s.str()),
  compiler: s.req(12, s.str()),
  platform: s.req(13, s.str()),
});

export const patchName = `${meta}.Patch`;

/** Every object says what it is; a struct that is the whole of an object has these two besides its own fields. */
export function asRoot(shape: StructShape): StructShape {
  const string = { type: 'string' } as const;
  const own = (name: string) => ({ name, number: 0, presence: 'zero', shape: string }) as const;
  return {
    ...shape,
    fields: new Map([['apiVersion', own('apiVersion')], ['kind', own('kind')], ...shape.fields]),
  };
}
