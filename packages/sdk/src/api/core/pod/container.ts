import { s, type Struct } from '../../../schema/index.ts';
import { envFromSource, envVar } from './env.ts';
import { lifecycle, probe } from './probe.ts';
import { containerResizePolicy, resourceRequirements } from './resources.ts';
import { securityContext } from './security.ts';
import { pullPolicyFor } from './pull-policy.ts';

const containerPortShape = s.struct('io.k8s.api.core.v1.ContainerPort', {
  name: s.zero(1, s.str()),
  hostPort: s.zero(2, s.int32()),
  containerPort: s.req(3, s.int32()),
  protocol: s.zero(4, s.oneOf('SCTP', 'TCP', 'UDP'), { default: 'TCP' }),
  hostIP: s.zero(5, s.str()),
});
export interface ContainerPort extends s.Out<typeof containerPortShape> {}
export interface ContainerPortManifest extends s.In<typeof containerPortShape> {}
export const containerPort: Struct<ContainerPort, ContainerPortManifest> = containerPortShape;

const volumeMountShape = s.struct('io.k8s.api.core.v1.VolumeMount', {
  name: s.req(1, s.str()),
  readOnly: s.zero(2, s.bool()),
  recursiveReadOnly: s.opt(7, s.str()),
  mountPath: s.req(3, s.str()),
  subPath: s.zero(4, s.str()),
  mountPropagation: s.opt(5, s.oneOf('Bidirectional', 'HostToContainer', 'None')),
  subPathExpr: s.zero(6, s.str()),
});
export interface VolumeMount extends s.Out<typeof volumeMountShape> {}
export interface VolumeMountManifest extends s.In<typeof volumeMountShape> {}
export const volumeMount: Struct<VolumeMount, VolumeMountManifest> = volumeMountShape;

const volumeDeviceShape = s.struct('io.k8s.api.core.v1.VolumeDevice', {
  name: s.req(1, s.str()),
  devicePath: s.req(2, s.str()),
});
export interface VolumeDevice extends s.Out<typeof volumeDeviceShape> {}
export interface VolumeDeviceManifest extends s.In<typeof volumeDeviceShape> {}
export const volumeDevice: Struct<VolumeDevice, VolumeDeviceManifest> = volumeDeviceShape;

const containerRestartRuleOnExitCodesShape = s.struct('io.k8s.api.core.v1.ContainerRestartRuleOnExitCodes', {
  operator: s.needed(1, s.str()),
  values: s.zero(2, s.set(s.int32())),
});
export interface ContainerRestartRuleOnExitCodes extends s.Out<typeof containerRestartRuleOnExitCodesShape> {}
export interface ContainerRestartRuleOnExitCodesManifest extends s.In<typeof containerRestartRuleOnExitCodesShape> {}
export const containerRestartRuleOnExitCodes: Struct<
  ContainerRestartRuleOnExitCodes,
  ContainerRestartRuleOnExitCodesManifest
> = containerRestartRuleOnExitCodesShape;

const containerRestartRuleShape = s.struct('io.k8s.api.core.v1.ContainerRestartRule', {
  action: s.needed(1, s.str()),
  exitCodes: s.opt(2, containerRestartRuleOnExitCodes),
});
export interface ContainerRestartRule extends s.Out<typeof containerRestartRuleShape> {}
export interface ContainerRestartRuleManifest extends s.In<typeof containerRestartRuleShape> {}
export const containerRestartRule: Struct<ContainerRestartRule, ContainerRestartRuleManifest> =
  containerRestartRuleShape;

const containerFields = {
  name: s.req(1, s.str()),
  image: s.zero(2, s.str()),
  command: s.zero(3, s.list(s.str())),
  args: s.zero(4, s.list(s.str())),
  workingDir: s.zero(5, s.str()),
  ports: s.zero(6, s.listByKey(containerPort, ['containerPort', 'protocol'], { patchKey: 'containerPort' })),
  envFrom: s.zero(19, s.list(envFromSource)),
  env: s.zero(7, s.listByKey(envVar, ['name'], { patchKey: 'name' })),
  resources: s.held(8, resourceRequirements),
  resizePolicy: s.zero(23, s.list(containerResizePolicy)),
  restartPolicy: s.opt(24, s.str()),
  restartPolicyRules: s.zero(25, s.list(containerRestartRule)),
  volumeMounts: s.zero(9, s.listByKey(volumeMount, ['mountPath'], { patchKey: 'mountPath' })),
  volumeDevices: s.zero(21, s.listByKey(volumeDevice, ['devicePath'], { patchKey: 'devicePath' })),
  livenessProbe: s.opt(10, probe),
  readinessProbe: s.opt(11, probe),
  startupProbe: s.opt(22, probe),
  lifecycle: s.opt(12, lifecycle),
  terminationMessagePath: s.zero(13, s.str(), { fill: '/dev/termination-log' }),
  terminationMessagePolicy: s.zero(20, s.oneOf('FallbackToLogsOnError', 'File'), { fill: 'File' }),
  imagePullPolicy: s.zero(14, s.oneOf('Always', 'IfNotPresent', 'Never'), { fill: pullPolicyFor }),
  securityContext: s.opt(15, securityContext),
  stdin: s.zero(16, s.bool()),
  stdinOnce: s.zero(17, s.bool()),
  tty: s.zero(18, s.bool()),
} as const;
const containerShape = s.struct('io.k8s.api.core.v1.Container', containerFields);
export interface Container extends s.Out<typeof containerShape> {}
export interface ContainerManifest extends s.In<typeof containerShape> {}
export const container: Struct<Container, ContainerManifest> = containerShape;

const ephemeralContainerShape = s.struct('io.k8s.api.core.v1.EphemeralContainer', {
  ...s.embed(1, 'EphemeralContainerCommon', containerFields),
  targetContainerName: s.zero(2, s.str()),
});
export interface EphemeralContainer extends s.Out<typeof ephemeralContainerShape> {}
export interface EphemeralContainerManifest extends s.In<typeof ephemeralContainerShape> {}
export const ephemeralContainer: Struct<EphemeralContainer, EphemeralContainerManifest> = ephemeralContainerShape;
