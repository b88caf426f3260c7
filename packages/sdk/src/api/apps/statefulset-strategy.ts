import { s, setFields, type Struct } from '../../schema/index.ts';

const rollingUpdateStatefulSetStrategyShape = s.struct('io.k8s.api.apps.v1.RollingUpdateStatefulSetStrategy', {
  partition: s.opt(1, s.int32()),
  maxUnavailable: s.opt(2, s.intOrString()),
});
export interface RollingUpdateStatefulSetStrategy extends s.Out<typeof rollingUpdateStatefulSetStrategyShape> {}
export interface RollingUpdateStatefulSetStrategyManifest extends s.In<typeof rollingUpdateStatefulSetStrategyShape> {}
export const rollingUpdateStatefulSetStrategy: Struct<
  RollingUpdateStatefulSetStrategy,
  RollingUpdateStatefulSetStrategyManifest
> = rollingUpdateStatefulSetStrategyShape;

const statefulSetUpdateStrategyShape = s.struct(
  'io.k8s.api.apps.v1.StatefulSetUpdateStrategy',
  {
    type: s.zero(1, s.oneOf('OnDelete', 'RollingUpdate')),
    rollingUpdate: s.opt(2, rollingUpdateStatefulSetStrategy),
  },
  { fill: (strategy) => fillStrategy(strategy as unknown as StatefulSetUpdateStrategy) },
);
export interface StatefulSetUpdateStrategy extends s.Out<typeof statefulSetUpdateStrategyShape> {}
export interface StatefulSetUpdateStrategyManifest extends s.In<typeof statefulSetUpdateStrategyShape> {}
export const statefulSetUpdateStrategy: Struct<StatefulSetUpdateStrategy, StatefulSetUpdateStrategyManifest> =
  statefulSetUpdateStrategyShape;

/** Who names no strategy gets the whole of the usual one; who names it without more says no more. */
function fillStrategy(strategy: StatefulSetUpdateStrategy): void {
  const { type, rollingUpdate } = strategy;
  const filled = type ? rollingUpdate : { ...rollingUpdate };
  setFields(statefulSetUpdateStrategy, strategy, { type: type || 'RollingUpdate', rollingUpdate: filled });
  if (strategy.type !== 'RollingUpdate' || !filled) return;
  setFields(rollingUpdateStatefulSetStrategy, filled, { partition: filled.partition ?? 0 });
}
