import { timestamp } from '../../machinery/index.ts';
import { defineKind, type Kind, s, type Struct } from '../../schema/index.ts';
import { ageColumn, nameColumn } from '../meta/columns.ts';
import { objectMeta } from '../meta/object-meta.ts';
import { keepAllButStatus, statusOnlyResetFields } from '../meta/status-only.ts';
import { apiServiceNameProblems, apiServiceRules, apiServiceStatusRules } from './apiservice-rules.ts';

const apiregistrationServiceReferenceShape = s.struct(
  'io.k8s.kube-aggregator.pkg.apis.apiregistration.v1.ServiceReference',
  {
    namespace: s.zero(1, s.str()),
    name: s.zero(2, s.str()),
    port: s.opt(3, s.int32(), { fill: 443 }),
  },
);
export interface ApiregistrationServiceReference extends s.Out<typeof apiregistrationServiceReferenceShape> {}
export interface ApiregistrationServiceReferenceManifest extends s.In<typeof apiregistrationServiceReferenceShape> {}
export const apiregistrationServiceReference: Struct<
  ApiregistrationServiceReference,
  ApiregistrationServiceReferenceManifest
> = apiregistrationServiceReferenceShape;

const apiServiceSpecShape = s.struct('io.k8s.kube-aggregator.pkg.apis.apiregistration.v1.APIServiceSpec', {
  service: s.opt(1, apiregistrationServiceReference),
  group: s.zero(2, s.str()),
  version: s.zero(3, s.str()),
  insecureSkipTLSVerify: s.zero(4, s.bool()),
  caBundle: s.zero(5, s.bytes({ listType: 'atomic' })),
  groupPriorityMinimum: s.req(7, s.int32()),
  versionPriority: s.req(8, s.int32()),
});
export interface APIServiceSpec extends s.Out<typeof apiServiceSpecShape> {}
export interface APIServiceSpecManifest extends s.In<typeof apiServiceSpecShape> {}
export const apiServiceSpec: Struct<APIServiceSpec, APIServiceSpecManifest> = apiServiceSpecShape;

const apiServiceConditionShape = s.struct('io.k8s.kube-aggregator.pkg.apis.apiregistration.v1.APIServiceCondition', {
  type: s.req(1, s.str()),
  status: s.req(2, s.str()),
  lastTransitionTime: s.held(3, s.time(), { nullable: true }),
  reason: s.zero(4, s.str()),
  message: s.zero(5, s.str()),
});
export interface APIServiceCondition extends s.Out<typeof apiServiceConditionShape> {}
export interface APIServiceConditionManifest extends s.In<typeof apiServiceConditionShape> {}
export const apiServiceCondition: Struct<APIServiceCondition, APIServiceConditionManifest> = apiServiceConditionShape;

const apiServiceStatusShape = s.struct('io.k8s.kube-aggregator.pkg.apis.apiregistration.v1.APIServiceStatus', {
  conditions: s.zero(1, s.listByKey(apiServiceCondition, ['type'], { patchKey: 'type' })),
});
export interface APIServiceStatus extends s.Out<typeof apiServiceStatusShape> {}
export interface APIServiceStatusManifest extends s.In<typeof apiServiceStatusShape> {}
export const apiServiceStatus: Struct<APIServiceStatus, APIServiceStatusManifest> = apiServiceStatusShape;

const apiServiceShape = s.struct('io.k8s.kube-aggregator.pkg.apis.apiregistration.v1.APIService', {
  metadata: s.held(1, objectMeta),
  spec: s.held(2, apiServiceSpec),
  status: s.held(3, apiServiceStatus),
});
export interface APIService extends s.Out<typeof apiServiceShape> {
  apiVersion?: string;
  kind?: string;
}
export interface APIServiceManifest extends s.In<typeof apiServiceShape> {
  apiVersion?: string;
  kind?: string;
}
export const apiService: Kind<APIService, APIServiceManifest> = defineKind<APIService, APIServiceManifest>({
  group: 'apiregistration.k8s.io',
  version: 'v1',
  kind: 'APIService',
  plural: 'apiservices',
  scope: 'Cluster',
  updateRules: ['metadataChange', 'change', 'metadata', 'object'],
  anyFinalizer: true,
  categories: ['api-extensions'],
  status: { prepareForUpdate: keepAllButStatus, validate: apiServiceStatusRules },
  resetFields: statusOnlyResetFields,
  unconditionalUpdate: false,
  storagePrefix: 'apiregistration.k8s.io/apiservices',
  schema: apiServiceShape,

  validateName: (name, _prefix, object) => apiServiceNameProblems(name, object),
  prepareForCreate(object, { now }) {
    if (!object.spec.service) object.status = { conditions: [localCondition(now)] };
  },
  validate: apiServiceRules,
  columns: [
    nameColumn,
    {
      name: 'Service',
      type: 'string',
      description: 'The reference to the service that hosts this API endpoint.',
      value: ({ spec: { service } }) => (service ? `${service.namespace ?? ''}/${service.name ?? ''}` : 'Local'),
    },
    { name: 'Available', type: 'string', description: 'Whether this service is available.', value: availability },
    ageColumn,
  ],
});

/** What this server serves itself is there as long as it is. */
const localCondition = (now: number): APIServiceCondition => ({
  type: 'Available',
  status: 'True',
  lastTransitionTime: timestamp(now),
  reason: 'Local',
  message: 'Local APIServices are always available',
});

function availability({ status }: APIService): string {
  const condition = status.conditions?.find((c) => c.type === 'Available');
  if (!condition) return 'Unknown';
  return condition.status === 'True' || !condition.reason
    ? condition.status
    : `${condition.status} (${condition.reason})`;
}
