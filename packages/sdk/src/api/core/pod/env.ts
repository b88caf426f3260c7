import { s, type Struct } from '../../../schema/index.ts';

const objectFieldSelectorShape = s.struct(
  'io.k8s.api.core.v1.ObjectFieldSelector',
  {
    apiVersion: s.zero(1, s.str(), { fill: 'v1' }),
    fieldPath: s.req(2, s.str()),
  },
  { atomic: true },
);
export interface ObjectFieldSelector extends s.Out<typeof objectFieldSelectorShape> {}
export interface ObjectFieldSelectorManifest extends s.In<typeof objectFieldSelectorShape> {}
export const objectFieldSelector: Struct<ObjectFieldSelector, ObjectFieldSelectorManifest> = objectFieldSelectorShape;

const resourceFieldSelectorShape = s.struct(
  'io.k8s.api.core.v1.ResourceFieldSelector',
  {
    containerName: s.zero(1, s.str()),
    resource: s.req(2, s.str()),
    divisor: s.held(3, s.quantity()),
  },
  { atomic: true },
);
export interface ResourceFieldSelector extends s.Out<typeof resourceFieldSelectorShape> {}
export interface ResourceFieldSelectorManifest extends s.In<typeof resourceFieldSelectorShape> {}
export const resourceFieldSelector: Struct<ResourceFieldSelector, ResourceFieldSelectorManifest> =
  resourceFieldSelectorShape;

const configMapKeySelectorShape = s.struct(
  'io.k8s.api.core.v1.ConfigMapKeySelector',
  {
    ...s.embed(1, 'LocalObjectReference', {
      name: s.zero(1, s.str()),
    }),
    key: s.req(2, s.str()),
    optional: s.opt(3, s.bool()),
  },
  { atomic: true },
);
export interface ConfigMapKeySelector extends s.Out<typeof configMapKeySelectorShape> {}
export interface ConfigMapKeySelectorManifest extends s.In<typeof configMapKeySelectorShape> {}
export const configMapKeySelector: Struct<ConfigMapKeySelector, ConfigMapKeySelectorManifest> =
  configMapKeySelectorShape;

const secretKeySelectorShape = s.struct(
  'io.k8s.api.core.v1.SecretKeySelector',
  {
    ...s.embed(1, 'LocalObjectReference', {
      name: s.zero(1, s.str()),
    }),
    key: s.req(2, s.str()),
    optional: s.opt(3, s.bool()),
  },
  { atomic: true },
);
export interface SecretKeySelector extends s.Out<typeof secretKeySelectorShape> {}
export interface SecretKeySelectorManifest extends s.In<typeof secretKeySelectorShape> {}
export const secretKeySelector: Struct<SecretKeySelector, SecretKeySelectorManifest> = secretKeySelectorShape;

const fileKeySelectorShape = s.struct(
  'io.k8s.api.core.v1.FileKeySelector',
  {
    volumeName: s.req(1, s.str()),
    path: s.req(2, s.str()),
    key: s.req(3, s.str()),
    optional: s.opt(4, s.bool(), { fill: false }),
  },
  { atomic: true },
);
export interface FileKeySelector extends s.Out<typeof fileKeySelectorShape> {}
export interface FileKeySelectorManifest extends s.In<typeof fileKeySelectorShape> {}
export const fileKeySelector: Struct<FileKeySelector, FileKeySelectorManifest> = fileKeySelectorShape;

const envVarSourceShape = s.struct('io.k8s.api.core.v1.EnvVarSource', {
  fieldRef: s.opt(1, objectFieldSelector),
  resourceFieldRef: s.opt(2, resourceFieldSelector),
  configMapKeyRef: s.opt(3, configMapKeySelector),
  secretKeyRef: s.opt(4, secretKeySelector),
  fileKeyRef: s.opt(5, fileKeySelector),
});
export interface EnvVarSource extends s.Out<typeof envVarSourceShape> {}
export interface EnvVarSourceManifest extends s.In<typeof envVarSourceShape> {}
export const envVarSource: Struct<EnvVarSource, EnvVarSourceManifest> = envVarSourceShape;

const envVarShape = s.struct('io.k8s.api.core.v1.EnvVar', {
  name: s.req(1, s.str()),
  value: s.zero(2, s.str()),
  valueFrom: s.opt(3, envVarSource),
});
export interface EnvVar extends s.Out<typeof envVarShape> {}
export interface EnvVarManifest extends s.In<typeof envVarShape> {}
export const envVar: Struct<EnvVar, EnvVarManifest> = envVarShape;

const configMapEnvSourceShape = s.struct('io.k8s.api.core.v1.ConfigMapEnvSource', {
  ...s.embed(1, 'LocalObjectReference', {
    name: s.zero(1, s.str()),
  }),
  optional: s.opt(2, s.bool()),
});
export interface ConfigMapEnvSource extends s.Out<typeof configMapEnvSourceShape> {}
export interface ConfigMapEnvSourceManifest extends s.In<typeof configMapEnvSourceShape> {}
export const configMapEnvSource: Struct<ConfigMapEnvSource, ConfigMapEnvSourceManifest> = configMapEnvSourceShape;

const secretEnvSourceShape = s.struct('io.k8s.api.core.v1.SecretEnvSource', {
  ...s.embed(1, 'LocalObjectReference', {
    name: s.zero(1, s.str()),
  }),
  optional: s.opt(2, s.bool()),
});
export interface SecretEnvSource extends s.Out<typeof secretEnvSourceShape> {}
export interface SecretEnvSourceManifest extends s.In<typeof secretEnvSourceShape> {}
export const secretEnvSource: Struct<SecretEnvSource, SecretEnvSourceManifest> = secretEnvSourceShape;

const envFromSourceShape = s.struct('io.k8s.api.core.v1.EnvFromSource', {
  prefix: s.zero(1, s.str()),
  configMapRef: s.opt(2, configMapEnvSource),
  secretRef: s.opt(3, secretEnvSource),
});
export interface EnvFromSource extends s.Out<typeof envFromSourceShape> {}
export interface EnvFromSourceManifest extends s.In<typeof envFromSourceShape> {}
export const envFromSource: Struct<EnvFromSource, EnvFromSourceManifest> = envFromSourceShape;
