import { defineKind, type Kind, s, setFields, type Struct } from '../../schema/index.ts';
import { objectMeta } from '../meta/object-meta.ts';
import {
  customResourceDefinitionNames,
  customResourceDefinitionSpec,
  type CustomResourceDefinitionVersion,
} from './definition-spec.ts';
import { fromStoredForm } from './stored-form.ts';
import { formatWarnings } from './validation/formats.ts';
import { definitionNameProblems } from './validation/names.ts';
import { definitionRules, definitionStatusRules } from './validation/definition.ts';

const of = (name: string): string => `io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.${name}`;

const conditionShape = s.struct(of('CustomResourceDefinitionCondition'), {
  type: s.req(1, s.str()),
  status: s.req(2, s.str()),
  lastTransitionTime: s.held(3, s.time(), { nullable: true }),
  reason: s.zero(4, s.str()),
  message: s.zero(5, s.str()),
  observedGeneration: s.zero(6, s.int64()),
});
export interface CustomResourceDefinitionCondition extends s.Out<typeof conditionShape> {}
export interface CustomResourceDefinitionConditionManifest extends s.In<typeof conditionShape> {}
export const customResourceDefinitionCondition: Struct<
  CustomResourceDefinitionCondition,
  CustomResourceDefinitionConditionManifest
> = conditionShape;

const statusShape = s.struct(of('CustomResourceDefinitionStatus'), {
  conditions: s.held(1, s.listByKey(customResourceDefinitionCondition, ['type'])),
  acceptedNames: s.held(2, customResourceDefinitionNames),
  storedVersions: s.held(3, s.list(s.str())),
  observedGeneration: s.zero(4, s.int64()),
});
export interface CustomResourceDefinitionStatus extends s.Out<typeof statusShape> {}
export interface CustomResourceDefinitionStatusManifest extends s.In<typeof statusShape> {}
export const customResourceDefinitionStatus: Struct<
  CustomResourceDefinitionStatus,
  CustomResourceDefinitionStatusManifest
> = statusShape;

const definitionShape = s.struct(of('CustomResourceDefinition'), {
  metadata: s.held(1, objectMeta),
  spec: s.req(2, customResourceDefinitionSpec),
  status: s.held(3, customResourceDefinitionStatus),
});
export interface CustomResourceDefinition extends s.Out<typeof definitionShape> {
  apiVersion?: string;
  kind?: string;
}
export interface CustomResourceDefinitionManifest extends s.In<typeof definitionShape> {
  apiVersion?: string;
  kind?: string;
}

/** Holds a definition until its resources are gone. */
export const customResourceCleanup = 'customresourcecleanup.apiextensions.k8s.io';

export const customResourceDefinition: Kind<CustomResourceDefinition, CustomResourceDefinitionManifest> = defineKind<
  CustomResourceDefinition,
  CustomResourceDefinitionManifest
>({
  group: 'apiextensions.k8s.io',
  version: 'v1',
  kind: 'CustomResourceDefinition',
  plural: 'customresourcedefinitions',
  scope: 'Cluster',
  storedAs: { version: 'v1beta1', read: fromStoredForm },
  anyFinalizer: true,
  shortNames: ['crd', 'crds'],
  categories: ['api-extensions'],
  unconditionalUpdate: false,
  generation: true,
  storagePrefix: 'apiextensions.k8s.io/customresourcedefinitions',
  status: { validate: definitionStatusRules },
  schema: definitionShape,

  // Whoever cleans up after it begins when it is to be deleted.
  beginEnding({ metadata, status }) {
    const finalizers = metadata.finalizers ?? [];
    const { deletionTimestamp: lastTransitionTime = null } = metadata;
    const others = (status.conditions ?? []).filter((c) => c.type !== 'Terminating');
    status.conditions = [...others, { ...terminating, lastTransitionTime }];
    if (finalizers.includes(customResourceCleanup)) return;
    setFields(objectMeta, metadata, { finalizers: [...finalizers, customResourceCleanup] });
  },
  validateName: definitionNameProblems,
  default({ spec: { names, versions }, status }) {
    setFields(customResourceDefinitionNames, names, {
      singular: names.singular || names.kind.toLowerCase() || undefined,
      listKind: names.listKind || (names.kind ? `${names.kind}List` : undefined),
    });
    if (!status.storedVersions?.length) store(status, versions);
  },
  prepareForCreate: ({ spec, status }) => store(status, spec.versions),
  prepareForUpdate: ({ spec, status }) => store(status, spec.versions),
  validate: definitionRules,
  warnings: formatWarnings,
});

const terminating = {
  type: 'Terminating',
  status: 'True',
  reason: 'InstanceDeletionPending',
  message: 'CustomResourceDefinition marked for deletion; CustomResource deletion will begin soon',
};

/** What is stored in a version from now on may be there in it. */
function store(
  status: CustomResourceDefinitionStatus,
  versions: readonly CustomResourceDefinitionVersion[] | null,
): void {
  const storage = (versions ?? []).find((v) => v.storage)?.name;
  const stored = status.storedVersions ?? [];
  if (storage === undefined || stored.includes(storage)) return;
  status.storedVersions = [...stored, storage];
}
