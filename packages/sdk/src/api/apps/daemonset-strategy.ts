import { s, setFields, type Struct } from '../../schema/index.ts';

const rollingUpdateDaemonSetShape = s.struct('io.k8s.api.apps.v1.RollingUpdateDaemonSet', {
  maxUnavailable: s.opt(1, s.intOrString()),
  maxSurge: s.opt(2, s.intOrString()),
});
export interface RollingUpdateDaemonSet extends s.Out<typeof rollingUpdateDaemonSetShape> {}
export interface RollingUpdateDaemonSetManifest extends s.In<typeof rollingUpdateDaemonSetShape> {}
export const rollingUpdateDaemonSet: Struct<RollingUpdateDaemonSet, RollingUpdateDaemonSetManifest> =
  rollingUpdateDaemonSetShape;

const daemonSetUpdateStrategyShape = s.struct(
  'io.k8s.api.apps.v1.DaemonSetUpdateStrategy',
  {
    type: s.zero(1, s.oneOf('OnDelete', 'RollingUpdate'), { fill: 'RollingUpdate' }),
    rollingUpdate: s.opt(2, rollingUpdateDaemonSet),
  },
  { fill: (strategy) => fillStrategy(strategy as unknown as DaemonSetUpdateStrategy) },
);
export interface DaemonSetUpdateStrategy extends s.Out<typeof daemonSetUpdateStrategyShape> {}
export interface DaemonSetUpdateStrategyManifest extends s.In<typeof daemonSetUpdateStrategyShape> {}
export const daemonSetUpdateStrategy: Struct<DaemonSetUpdateStrategy, DaemonSetUpdateStrategyManifest> =
  daemonSetUpdateStrategyShape;

/** Whatever the strategy, what is said of rolling is said in full; but only who rolls may lose a pod unless told. */
function fillStrategy(strategy: DaemonSetUpdateStrategy): void {
  const { type, rollingUpdate } = strategy;
  const rolls = type === 'RollingUpdate';
  if (!rolls && !rollingUpdate) return;
  const { maxUnavailable = rolls ? 1 : 0, maxSurge = 0 } = rollingUpdate ?? {};
  setFields(daemonSetUpdateStrategy, strategy, { rollingUpdate: { maxUnavailable, maxSurge } });
}
