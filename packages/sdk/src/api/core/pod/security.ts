import { s, type Struct } from '../../../schema/index.ts';

const capabilitiesShape = s.struct('io.k8s.api.core.v1.Capabilities', {
  add: s.zero(1, s.list(s.str())),
  drop: s.zero(2, s.list(s.str())),
});
export interface Capabilities extends s.Out<typeof capabilitiesShape> {}
export interface CapabilitiesManifest extends s.In<typeof capabilitiesShape> {}
export const capabilities: Struct<Capabilities, CapabilitiesManifest> = capabilitiesShape;

const seLinuxOptionsShape = s.struct('io.k8s.api.core.v1.SELinuxOptions', {
  user: s.zero(1, s.str()),
  role: s.zero(2, s.str()),
  type: s.zero(3, s.str()),
  level: s.zero(4, s.str()),
});
export interface SELinuxOptions extends s.Out<typeof seLinuxOptionsShape> {}
export interface SELinuxOptionsManifest extends s.In<typeof seLinuxOptionsShape> {}
export const seLinuxOptions: Struct<SELinuxOptions, SELinuxOptionsManifest> = seLinuxOptionsShape;

const seccompProfileShape = s.struct(
  'io.k8s.api.core.v1.SeccompProfile',
  {
    type: s.req(1, s.oneOf('Localhost', 'RuntimeDefault', 'Unconfined')),
    localhostProfile: s.opt(2, s.str()),
  },
  { unions: [{ discriminator: 'type', members: { localhostProfile: 'LocalhostProfile' } }] },
);
export interface SeccompProfile extends s.Out<typeof seccompProfileShape> {}
export interface SeccompProfileManifest extends s.In<typeof seccompProfileShape> {}
export const seccompProfile: Struct<SeccompProfile, SeccompProfileManifest> = seccompProfileShape;

const appArmorProfileShape = s.struct(
  'io.k8s.api.core.v1.AppArmorProfile',
  {
    type: s.req(1, s.oneOf('Localhost', 'RuntimeDefault', 'Unconfined')),
    localhostProfile: s.opt(2, s.str()),
  },
  { unions: [{ discriminator: 'type', members: { localhostProfile: 'LocalhostProfile' } }] },
);
export interface AppArmorProfile extends s.Out<typeof appArmorProfileShape> {}
export interface AppArmorProfileManifest extends s.In<typeof appArmorProfileShape> {}
export const appArmorProfile: Struct<AppArmorProfile, AppArmorProfileManifest> = appArmorProfileShape;

const windowsSecurityContextOptionsShape = s.struct('io.k8s.api.core.v1.WindowsSecurityContextOptions', {
  gmsaCredentialSpecName: s.opt(1, s.str()),
  gmsaCredentialSpec: s.opt(2, s.str()),
  runAsUserName: s.opt(3, s.str()),
  hostProcess: s.opt(4, s.bool()),
});
export interface WindowsSecurityContextOptions extends s.Out<typeof windowsSecurityContextOptionsShape> {}
export interface WindowsSecurityContextOptionsManifest extends s.In<typeof windowsSecurityContextOptionsShape> {}
export const windowsSecurityContextOptions: Struct<
  WindowsSecurityContextOptions,
  WindowsSecurityContextOptionsManifest
> = windowsSecurityContextOptionsShape;

const securityContextShape = s.struct('io.k8s.api.core.v1.SecurityContext', {
  capabilities: s.opt(1, capabilities),
  privileged: s.opt(2, s.bool()),
  seLinuxOptions: s.opt(3, seLinuxOptions),
  windowsOptions: s.opt(10, windowsSecurityContextOptions),
  runAsUser: s.opt(4, s.int64()),
  runAsGroup: s.opt(8, s.int64()),
  runAsNonRoot: s.opt(5, s.bool()),
  readOnlyRootFilesystem: s.opt(6, s.bool()),
  allowPrivilegeEscalation: s.opt(7, s.bool()),
  procMount: s.opt(9, s.oneOf('Default', 'Unmasked')),
  seccompProfile: s.opt(11, seccompProfile),
  appArmorProfile: s.opt(12, appArmorProfile),
});
export interface SecurityContext extends s.Out<typeof securityContextShape> {}
export interface SecurityContextManifest extends s.In<typeof securityContextShape> {}
export const securityContext: Struct<SecurityContext, SecurityContextManifest> = securityContextShape;

const sysctlShape = s.struct('io.k8s.api.core.v1.Sysctl', {
  name: s.req(1, s.str()),
  value: s.req(2, s.str()),
});
export interface Sysctl extends s.Out<typeof sysctlShape> {}
export interface SysctlManifest extends s.In<typeof sysctlShape> {}
export const sysctl: Struct<Sysctl, SysctlManifest> = sysctlShape;

const podSecurityContextShape = s.struct('io.k8s.api.core.v1.PodSecurityContext', {
  seLinuxOptions: s.opt(1, seLinuxOptions),
  windowsOptions: s.opt(8, windowsSecurityContextOptions),
  runAsUser: s.opt(2, s.int64()),
  runAsGroup: s.opt(6, s.int64()),
  runAsNonRoot: s.opt(3, s.bool()),
  supplementalGroups: s.zero(4, s.list(s.int64())),
  supplementalGroupsPolicy: s.opt(12, s.oneOf('Merge', 'Strict')),
  fsGroup: s.opt(5, s.int64()),
  sysctls: s.zero(7, s.list(sysctl)),
  fsGroupChangePolicy: s.opt(9, s.oneOf('Always', 'OnRootMismatch')),
  seccompProfile: s.opt(10, seccompProfile),
  appArmorProfile: s.opt(11, appArmorProfile),
  seLinuxChangePolicy: s.opt(13, s.str()),
});
export interface PodSecurityContext extends s.Out<typeof podSecurityContextShape> {}
export interface PodSecurityContextManifest extends s.In<typeof podSecurityContextShape> {}
export const podSecurityContext: Struct<PodSecurityContext, PodSecurityContextManifest> = podSecurityContextShape;
