import { s, type Struct } from '../../schema/index.ts';

const rollingUpdateDeploymentShape = s.struct('io.k8s.api.apps.v1.RollingUpdateDeployment', {
  maxUnavailable: s.opt(1, s.intOrString(), { fill: '25%' }),
  maxSurge: s.opt(2, s.intOrString(), { fill: '25%' }),
});
export interface RollingUpdateDeployment extends s.Out<typeof rollingUpdateDeploymentShape> {}
export interface RollingUpdateDeploymentManifest extends s.In<typeof rollingUpdateDeploymentShape> {}
export const rollingUpdateDeployment: Struct<RollingUpdateDeployment, RollingUpdateDeploymentManifest> =
  rollingUpdateDeploymentShape;

const deploymentStrategyShape = s.struct('io.k8s.api.apps.v1.DeploymentStrategy', {
  type: s.zero(1, s.oneOf('Recreate', 'RollingUpdate'), { fill: 'RollingUpdate' }),
  rollingUpdate: s.opt(2, rollingUpdateDeployment, {
    fill: ({ type }) => (type === 'RollingUpdate' ? {} : undefined),
  }),
});
export interface DeploymentStrategy extends s.Out<typeof deploymentStrategyShape> {}
export interface DeploymentStrategyManifest extends s.In<typeof deploymentStrategyShape> {}
export const deploymentStrategy: Struct<DeploymentStrategy, DeploymentStrategyManifest> = deploymentStrategyShape;
