import { equal, errorsOf, field } from '../../machinery/index.ts';
import { defineKind, type Kind, s } from '../../schema/index.ts';
import { containerColumns, labelsText, nameColumn } from '../meta/columns.ts';
import { dropGatedFields } from './pod/gated-fields.ts';
import { validatePodTemplate } from './pod/validation/template.ts';
import { templateWarnings } from './pod/warnings/pod-warnings.ts';
import { podTemplateSpec } from './pod/pod-template.ts';
import { objectMeta } from '../meta/object-meta.ts';

const podTemplateShape = s.struct('io.k8s.api.core.v1.PodTemplate', {
  metadata: s.held(1, objectMeta),
  template: s.held(2, podTemplateSpec),
});
export interface PodTemplate extends s.Out<typeof podTemplateShape> {
  apiVersion?: string;
  kind?: string;
}
export interface PodTemplateManifest extends s.In<typeof podTemplateShape> {
  apiVersion?: string;
  kind?: string;
}
export const podTemplate: Kind<PodTemplate, PodTemplateManifest> = defineKind<PodTemplate, PodTemplateManifest>({
  group: '',
  version: 'v1',
  kind: 'PodTemplate',
  plural: 'podtemplates',
  scope: 'Namespaced',
  generation: true,
  returnsDeleted: true,
  prepareForCreate: ({ template }, { gates }) => dropGatedFields(template.spec, { gates }),
  prepareForUpdate(next, old, { gates }) {
    dropGatedFields(next.template.spec, { old: old.template.spec, gates });
    if (!equal(next.template, old.template)) next.metadata.generation = (old.metadata.generation ?? 0) + 1;
  },
  validate: (next, old, { gates } = {}) =>
    errorsOf(validatePodTemplate, next.template, field('template'), { old: old?.template, gates }),
  *warnings({ metadata, template }, old) {
    if (metadata.generation !== old?.metadata.generation) yield* templateWarnings(template, field('template'));
  },
  columns: [
    nameColumn,
    ...containerColumns<PodTemplate>(({ template }) => template.spec).map((c) => ({ ...c, priority: 0 })),
    {
      name: 'Pod Labels',
      type: 'string',
      description: 'The labels for the pod template.',
      value: ({ template }) => labelsText(template.metadata.labels),
    },
  ],
  schema: podTemplateShape,
});
