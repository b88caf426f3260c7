import { objectMeta } from '@tiphys/sdk/api';
import { s } from '@tiphys/sdk/schema';
import { listMeta } from '../openapi/meta-shapes.ts';

const kind = s.struct('io.k8s.apimachinery.pkg.apis.meta.v1.GroupVersionKind', {
  group: s.req(1, s.str()),
  version: s.req(2, s.str()),
  kind: s.req(3, s.str()),
});

const subresource = s.struct('io.k8s.api.apidiscovery.v2.APISubresourceDiscovery', {
  subresource: s.req(1, s.str()),
  responseKind: s.opt(2, kind),
  acceptedTypes: s.zero(3, s.list(kind)),
  verbs: s.req(4, s.list(s.str())),
});

const resource = s.struct('io.k8s.api.apidiscovery.v2.APIResourceDiscovery', {
  resource: s.req(1, s.str()),
  responseKind: s.opt(2, kind),
  scope: s.req(3, s.str()),
  singularResource: s.req(4, s.str()),
  verbs: s.req(5, s.list(s.str())),
  shortNames: s.zero(6, s.list(s.str())),
  categories: s.zero(7, s.list(s.str())),
  subresources: s.zero(8, s.list(subresource)),
});

const version = s.struct('io.k8s.api.apidiscovery.v2.APIVersionDiscovery', {
  version: s.req(1, s.str()),
  resources: s.zero(2, s.list(resource)),
  freshness: s.zero(3, s.str()),
});

const group = s.struct('io.k8s.api.apidiscovery.v2.APIGroupDiscovery', {
  metadata: s.held(1, objectMeta),
  versions: s.zero(2, s.list(version)),
});

/** Discovery in one document, as it is in protobuf. */
export const apiGroupDiscoveryList = s.struct('io.k8s.api.apidiscovery.v2.APIGroupDiscoveryList', {
  metadata: s.held(1, listMeta),
  items: s.req(2, s.list(group)),
});
