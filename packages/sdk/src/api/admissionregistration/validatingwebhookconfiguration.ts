import { equal } from '../../machinery/index.ts';
import { hasEmptyWebhooks } from './empty-webhooks.ts';
import { defineKind, type Kind, s, setFields, type Struct } from '../../schema/index.ts';
import { webhookColumns } from './columns.ts';
import { matchCondition } from './match-condition.ts';
import { reservedNameWarnings } from './reserved-names.ts';
import { ruleWithOperations } from './rules.ts';
import { webhookRules } from './validation/webhooks.ts';
import { webhookClientConfig } from './webhook-client-config.ts';
import { labelSelector } from '../meta/label-selector.ts';
import { objectMeta } from '../meta/object-meta.ts';

const validatingWebhookShape = s.struct('io.k8s.api.admissionregistration.v1.ValidatingWebhook', {
  name: s.req(1, s.str()),
  clientConfig: s.req(2, webhookClientConfig),
  rules: s.zero(3, s.list(ruleWithOperations)),
  failurePolicy: s.opt(4, s.oneOf('Fail', 'Ignore'), { fill: 'Fail' }),
  matchPolicy: s.opt(9, s.oneOf('Equivalent', 'Exact'), { fill: 'Equivalent' }),
  namespaceSelector: s.opt(5, labelSelector, { fill: {} }),
  objectSelector: s.opt(10, labelSelector, { fill: {} }),
  sideEffects: s.req(6, s.oneOf('None', 'NoneOnDryRun', 'Some', 'Unknown'), { nullable: true }),
  timeoutSeconds: s.opt(7, s.int32(), { fill: 10 }),
  admissionReviewVersions: s.req(8, s.list(s.str())),
  matchConditions: s.zero(11, s.listByKey(matchCondition, ['name'], { patchKey: 'name' })),
});
export interface ValidatingWebhook extends s.Out<typeof validatingWebhookShape> {}
export interface ValidatingWebhookManifest extends s.In<typeof validatingWebhookShape> {}
export const validatingWebhook: Struct<ValidatingWebhook, ValidatingWebhookManifest> = validatingWebhookShape;

const validatingWebhookConfigurationShape = s.struct(
  'io.k8s.api.admissionregistration.v1.ValidatingWebhookConfiguration',
  {
    metadata: s.held(1, objectMeta),
    webhooks: s.zero(2, s.listByKey(validatingWebhook, ['name'], { patchKey: 'name' })),
  },
);
export interface ValidatingWebhookConfiguration extends s.Out<typeof validatingWebhookConfigurationShape> {
  apiVersion?: string;
  kind?: string;
}
export interface ValidatingWebhookConfigurationManifest extends s.In<typeof validatingWebhookConfigurationShape> {
  apiVersion?: string;
  kind?: string;
}
export const validatingWebhookConfiguration: Kind<
  ValidatingWebhookConfiguration,
  ValidatingWebhookConfigurationManifest
> = defineKind<ValidatingWebhookConfiguration, ValidatingWebhookConfigurationManifest>({
  group: 'admissionregistration.k8s.io',
  version: 'v1',
  kind: 'ValidatingWebhookConfiguration',
  plural: 'validatingwebhookconfigurations',
  scope: 'Cluster',
  anyFinalizer: true,
  updateRules: ['metadata', 'object'],
  categories: ['api-extensions'],
  generation: true,
  unconditionalUpdate: false,
  schema: validatingWebhookConfigurationShape,

  prepareForUpdate(next, old) {
    if (equal(next.webhooks, old.webhooks) && !hasEmptyWebhooks(next)) return;
    setFields(objectMeta, next.metadata, { generation: (old.metadata.generation ?? 0) + 1 });
  },
  validate: (next, old) => webhookRules(next.webhooks, old?.webhooks, old !== undefined),
  warnings: reservedNameWarnings,
  columns: webhookColumns,
});
