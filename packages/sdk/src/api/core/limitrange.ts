import { inKeyOrder } from '../../machinery/index.ts';
import { defineKind, type Kind, s, setFields, type Struct } from '../../schema/index.ts';
import { objectMeta } from '../meta/object-meta.ts';
import { validateLimitRange } from './limitrange-rules.ts';

const limitRangeItemShape = s.struct(
  'io.k8s.api.core.v1.LimitRangeItem',
  {
    type: s.req(1, s.str()),
    max: s.zero(2, s.amounts()),
    min: s.zero(3, s.amounts()),
    default: s.zero(4, s.amounts()),
    defaultRequest: s.zero(5, s.amounts()),
    maxLimitRequestRatio: s.zero(6, s.amounts()),
  },
  { fill: (item) => fillItem(item as unknown as LimitRangeItem) },
);
export interface LimitRangeItem extends s.Out<typeof limitRangeItemShape> {}
export interface LimitRangeItemManifest extends s.In<typeof limitRangeItemShape> {}
export const limitRangeItem: Struct<LimitRangeItem, LimitRangeItemManifest> = limitRangeItemShape;

const limitRangeSpecShape = s.struct('io.k8s.api.core.v1.LimitRangeSpec', {
  limits: s.req(1, s.list(limitRangeItem)),
});
export interface LimitRangeSpec extends s.Out<typeof limitRangeSpecShape> {}
export interface LimitRangeSpecManifest extends s.In<typeof limitRangeSpecShape> {}
export const limitRangeSpec: Struct<LimitRangeSpec, LimitRangeSpecManifest> = limitRangeSpecShape;

const limitRangeShape = s.struct('io.k8s.api.core.v1.LimitRange', {
  metadata: s.held(1, objectMeta),
  spec: s.held(2, limitRangeSpec),
});
export interface LimitRange extends s.Out<typeof limitRangeShape> {
  apiVersion?: string;
  kind?: string;
}
export interface LimitRangeManifest extends s.In<typeof limitRangeShape> {
  apiVersion?: string;
  kind?: string;
}
export const limitRange: Kind<LimitRange, LimitRangeManifest> = defineKind<LimitRange, LimitRangeManifest>({
  group: '',
  version: 'v1',
  kind: 'LimitRange',
  plural: 'limitranges',
  scope: 'Namespaced',
  updateRules: ['metadata', 'object'],
  shortNames: ['limits'],
  createOnUpdate: true,
  prepareForCreate({ metadata }) {
    // One that nobody named is called by its uid.
    if (!metadata.name && metadata.uid) setFields(objectMeta, metadata, { name: metadata.uid });
  },
  validate: validateLimitRange,
  schema: limitRangeShape,
});

/** Containers get the most that they may have, and ask for what they get, or for the least, where nothing is said. */
function fillItem(item: LimitRangeItem): void {
  if (item.type !== 'Container') return;
  const limits = { ...item.max, ...item.default };
  const requests = { ...item.min, ...limits, ...item.defaultRequest };
  setFields(limitRangeItem, item, {
    ...(Object.keys(limits).length && { default: inKeyOrder(limits) }),
    ...(Object.keys(requests).length && { defaultRequest: inKeyOrder(requests) }),
  });
}
