import { dnsLabelProblems, equal, field, problemsAt, timestamp, tooMany } from '../../machinery/index.ts';
import { defineKind, type Kind, s, setFields, type Struct, versionOf } from '../../schema/index.ts';
import { ageColumn, nameColumn, since } from '../meta/columns.ts';
import { validateConditions } from '../meta/condition-rules.ts';
import { condition } from '../meta/condition.ts';
import { objectMeta } from '../meta/object-meta.ts';
import { keepAllButStatus, statusOnlyResetFields } from '../meta/status-only.ts';
import { taintRules } from './validation/device.ts';
import { driverRules, poolRules } from './validation/names.ts';

const of = (name: string): string => `io.k8s.api.resource.v1alpha3.${name}`;
const mostConditions = 8;

const selectorShape = s.struct(of('DeviceTaintSelector'), {
  driver: s.opt(2, s.str()),
  pool: s.opt(3, s.str()),
  device: s.opt(4, s.str()),
});
export interface DeviceTaintSelector extends s.Out<typeof selectorShape> {}
export const deviceTaintSelector: Struct<DeviceTaintSelector> = selectorShape;

const taintShape = s.struct(of('DeviceTaint'), {
  key: s.req(1, s.str()),
  value: s.zero(2, s.str()),
  effect: s.req(3, s.oneOf('NoExecute', 'NoSchedule', 'None')),
  timeAdded: s.opt(4, s.time()),
});

const specShape = s.struct(of('DeviceTaintRuleSpec'), {
  deviceSelector: s.opt(1, deviceTaintSelector),
  taint: s.req(2, taintShape),
});
export interface DeviceTaintRuleSpec extends s.Out<typeof specShape> {}
export interface DeviceTaintRuleSpecManifest extends s.In<typeof specShape> {}
export const deviceTaintRuleSpec: Struct<DeviceTaintRuleSpec, DeviceTaintRuleSpecManifest> = specShape;

const statusShape = s.struct(of('DeviceTaintRuleStatus'), {
  conditions: s.zero(1, s.listByKey(condition, ['type'], { patchKey: 'type' })),
});
export interface DeviceTaintRuleStatus extends s.Out<typeof statusShape> {}
export interface DeviceTaintRuleStatusManifest extends s.In<typeof statusShape> {}
export const deviceTaintRuleStatus: Struct<DeviceTaintRuleStatus, DeviceTaintRuleStatusManifest> = statusShape;

const ruleShape = s.struct(of('DeviceTaintRule'), {
  metadata: s.held(1, objectMeta),
  spec: s.req(2, deviceTaintRuleSpec),
  status: s.held(3, deviceTaintRuleStatus),
});
export interface DeviceTaintRule extends s.Out<typeof ruleShape> {
  apiVersion?: string;
  kind?: string;
}
export interface DeviceTaintRuleManifest extends s.In<typeof ruleShape> {
  apiVersion?: string;
  kind?: string;
}

export const deviceTaintRule: Kind<DeviceTaintRule, DeviceTaintRuleManifest> = defineKind<
  DeviceTaintRule,
  DeviceTaintRuleManifest
>({
  group: 'resource.k8s.io',
  version: 'v1alpha3',
  kind: 'DeviceTaintRule',
  plural: 'devicetaintrules',
  scope: 'Cluster',
  returnsDeleted: true,
  deprecated: 'resource.k8s.io/v1alpha3 DeviceTaintRule is deprecated in v1.36+, unavailable in v1.39+',
  generation: true,
  status: {
    prepareForUpdate: keepAllButStatus,
    *validate({ status: { conditions = [] } }) {
      const at = field('status', 'conditions');
      yield* validateConditions(conditions, at);
      if (conditions.length > mostConditions) yield tooMany(at, conditions.length, mostConditions);
    },
  },
  resetFields: statusOnlyResetFields,
  schema: ruleShape,

  prepareForCreate: ({ spec }, { now }) => stamp(spec, now),
  prepareForUpdate({ spec }, old, { now }) {
    // Another effect is another taint, which begins now.
    const { timeAdded } = old.spec.taint;
    const changes = spec.taint.effect !== old.spec.taint.effect;
    if (changes && equal(spec.taint.timeAdded, timeAdded)) setFields(taintShape, spec.taint, { timeAdded: undefined });
    stamp(spec, now);
  },
  *validate({ spec: { deviceSelector, taint } }, old) {
    const at = field('spec', 'deviceSelector');
    const { driver, pool, device } = deviceSelector ?? {};
    if (driver !== undefined) yield* driverRules(driver, at.child('driver'));
    if (pool !== undefined) yield* poolRules(pool, at.child('pool'));
    if (device !== undefined) yield* problemsAt(dnsLabelProblems(device), device, at.child('device'));
    yield* taintRules(taint, field('spec', 'taint'), old?.spec.taint);
  },
  columns: [
    nameColumn,
    { name: 'Key', type: 'string', field: 'spec.taint.key', value: ({ spec }) => spec.taint.key },
    { name: 'Value', type: 'string', field: 'spec.taint.value', value: ({ spec }) => spec.taint.value ?? '' },
    { name: 'Effect', type: 'string', field: 'spec.taint.effect', value: ({ spec }) => spec.taint.effect },
    {
      name: 'TimeAdded',
      type: 'string',
      field: 'spec.taint.timeAdded',
      value: ({ spec }, { now }) => since(spec.taint.timeAdded, now),
    },
    ageColumn,
  ],
});

export const deviceTaintRuleV1Beta2 = versionOf(deviceTaintRule, 'v1beta2');

function stamp({ taint }: DeviceTaintRuleSpec, now: number): void {
  setFields(taintShape, taint, { timeAdded: taint.timeAdded ?? timestamp(now) });
}
