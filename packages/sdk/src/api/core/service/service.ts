import { defineKind, type Kind, nameIsLabel, nameIsOldLabel, s, setFields } from '../../../schema/index.ts';
import { isOpen } from '../../meta/field-gates.ts';
import { objectMeta } from '../../meta/object-meta.ts';
import { serviceColumns } from './columns.ts';
import { dropInternalPolicy, dropUnneeded } from './drop-fields.ts';
import { serviceRules } from './rules.ts';
import { loadBalancerIngress, serviceSpec, serviceStatus } from './service-spec.ts';
import { serviceStatusRules } from './status-rules.ts';
import { serviceUpdateRules } from './update-rules.ts';
import { serviceWarnings } from './warnings.ts';

const serviceShape = s.struct('io.k8s.api.core.v1.Service', {
  metadata: s.held(1, objectMeta),
  spec: s.held(2, serviceSpec),
  status: s.held(3, serviceStatus),
});
export interface Service extends s.Out<typeof serviceShape> {
  apiVersion?: string;
  kind?: string;
}
export interface ServiceManifest extends s.In<typeof serviceShape> {
  apiVersion?: string;
  kind?: string;
}
export const service: Kind<Service, ServiceManifest> = defineKind<Service, ServiceManifest>({
  group: '',
  version: 'v1',
  kind: 'Service',
  plural: 'services',
  scope: 'Namespaced',
  shortNames: ['svc'],
  categories: ['all'],
  status: { validate: serviceStatusRules },
  validateName: (name, prefix, _object, { gates } = {}) =>
    (isOpen(gates, 'RelaxedServiceNameValidation') ? nameIsLabel : nameIsOldLabel)(name, prefix),
  subresources: [{ name: 'proxy', kind: 'ServiceProxyOptions', verbs: ['create', 'delete', 'get', 'patch', 'update'] }],
  createOnUpdate: true,
  returnsDeleted: true,
  storagePrefix: 'services/specs',
  fieldSelectors: {
    'spec.clusterIP': ({ spec }) => spec.clusterIP ?? '',
    'spec.type': ({ spec }) => spec.type ?? '',
  },
  schema: serviceShape,

  default: fillIpModes,
  prepareForCreate: dropInternalPolicy,
  prepareForUpdate: dropUnneeded,
  *validate(next, old, context) {
    if (old) yield* serviceUpdateRules(next, old);
    yield* serviceRules(next, old, context);
  },
  warnings: serviceWarnings,
  columns: serviceColumns,
});

function fillIpModes({ spec, status }: Service): void {
  if (spec.type !== 'LoadBalancer') return;
  for (const i of status.loadBalancer.ingress ?? []) {
    if (i.ip && i.ipMode === undefined) setFields(loadBalancerIngress, i, { ipMode: 'VIP' });
  }
}
