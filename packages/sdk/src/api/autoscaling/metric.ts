import { s, type Struct } from '../../schema/index.ts';
import { labelSelector } from '../meta/label-selector.ts';

const metricTargetShape = s.struct('io.k8s.api.autoscaling.v2.MetricTarget', {
  type: s.req(1, s.str()),
  value: s.opt(2, s.quantity()),
  averageValue: s.opt(3, s.quantity()),
  averageUtilization: s.opt(4, s.int32()),
});
export interface MetricTarget extends s.Out<typeof metricTargetShape> {}
export interface MetricTargetManifest extends s.In<typeof metricTargetShape> {}
export const metricTarget: Struct<MetricTarget, MetricTargetManifest> = metricTargetShape;

const containerResourceMetricSourceShape = s.struct('io.k8s.api.autoscaling.v2.ContainerResourceMetricSource', {
  name: s.req(1, s.str()),
  target: s.req(2, metricTarget),
  container: s.req(3, s.str()),
});
export interface ContainerResourceMetricSource extends s.Out<typeof containerResourceMetricSourceShape> {}
export interface ContainerResourceMetricSourceManifest extends s.In<typeof containerResourceMetricSourceShape> {}
export const containerResourceMetricSource: Struct<
  ContainerResourceMetricSource,
  ContainerResourceMetricSourceManifest
> = containerResourceMetricSourceShape;

const metricIdentifierShape = s.struct('io.k8s.api.autoscaling.v2.MetricIdentifier', {
  name: s.req(1, s.str()),
  selector: s.opt(2, labelSelector),
});
export interface MetricIdentifier extends s.Out<typeof metricIdentifierShape> {}
export interface MetricIdentifierManifest extends s.In<typeof metricIdentifierShape> {}
export const metricIdentifier: Struct<MetricIdentifier, MetricIdentifierManifest> = metricIdentifierShape;

const externalMetricSourceShape = s.struct('io.k8s.api.autoscaling.v2.ExternalMetricSource', {
  metric: s.req(1, metricIdentifier),
  target: s.req(2, metricTarget),
});
export interface ExternalMetricSource extends s.Out<typeof externalMetricSourceShape> {}
export interface ExternalMetricSourceManifest extends s.In<typeof externalMetricSourceShape> {}
export const externalMetricSource: Struct<ExternalMetricSource, ExternalMetricSourceManifest> =
  externalMetricSourceShape;

const crossVersionObjectReferenceShape = s.struct('io.k8s.api.autoscaling.v2.CrossVersionObjectReference', {
  kind: s.req(1, s.str()),
  name: s.req(2, s.str()),
  apiVersion: s.zero(3, s.str()),
});
export interface CrossVersionObjectReference extends s.Out<typeof crossVersionObjectReferenceShape> {}
export interface CrossVersionObjectReferenceManifest extends s.In<typeof crossVersionObjectReferenceShape> {}
export const crossVersionObjectReference: Struct<CrossVersionObjectReference, CrossVersionObjectReferenceManifest> =
  crossVersionObjectReferenceShape;

const objectMetricSourceShape = s.struct('io.k8s.api.autoscaling.v2.ObjectMetricSource', {
  describedObject: s.req(1, crossVersionObjectReference),
  target: s.req(2, metricTarget),
  metric: s.req(3, metricIdentifier),
});
export interface ObjectMetricSource extends s.Out<typeof objectMetricSourceShape> {}
export interface ObjectMetricSourceManifest extends s.In<typeof objectMetricSourceShape> {}
export const objectMetricSource: Struct<ObjectMetricSource, ObjectMetricSourceManifest> = objectMetricSourceShape;

const podsMetricSourceShape = s.struct('io.k8s.api.autoscaling.v2.PodsMetricSource', {
  metric: s.req(1, metricIdentifier),
  target: s.req(2, metricTarget),
});
export interface PodsMetricSource extends s.Out<typeof podsMetricSourceShape> {}
export interface PodsMetricSourceManifest extends s.In<typeof podsMetricSourceShape> {}
export const podsMetricSource: Struct<PodsMetricSource, PodsMetricSourceManifest> = podsMetricSourceShape;

const resourceMetricSourceShape = s.struct('io.k8s.api.autoscaling.v2.ResourceMetricSource', {
  name: s.req(1, s.str()),
  target: s.req(2, metricTarget),
});
export interface ResourceMetricSource extends s.Out<typeof resourceMetricSourceShape> {}
export interface ResourceMetricSourceManifest extends s.In<typeof resourceMetricSourceShape> {}
export const resourceMetricSource: Struct<ResourceMetricSource, ResourceMetricSourceManifest> =
  resourceMetricSourceShape;

const metricSpecShape = s.struct('io.k8s.api.autoscaling.v2.MetricSpec', {
  type: s.req(1, s.str()),
  object: s.opt(2, objectMetricSource),
  pods: s.opt(3, podsMetricSource),
  resource: s.opt(4, resourceMetricSource),
  containerResource: s.opt(7, containerResourceMetricSource),
  external: s.opt(5, externalMetricSource),
});
export interface MetricSpec extends s.Out<typeof metricSpecShape> {}
export interface MetricSpecManifest extends s.In<typeof metricSpecShape> {}
export const metricSpec: Struct<MetricSpec, MetricSpecManifest> = metricSpecShape;

const metricValueStatusShape = s.struct('io.k8s.api.autoscaling.v2.MetricValueStatus', {
  value: s.opt(1, s.quantity()),
  averageValue: s.opt(2, s.quantity()),
  averageUtilization: s.opt(3, s.int32()),
});
export interface MetricValueStatus extends s.Out<typeof metricValueStatusShape> {}
export interface MetricValueStatusManifest extends s.In<typeof metricValueStatusShape> {}
export const metricValueStatus: Struct<MetricValueStatus, MetricValueStatusManifest> = metricValueStatusShape;

const containerResourceMetricStatusShape = s.struct('io.k8s.api.autoscaling.v2.ContainerResourceMetricStatus', {
  name: s.req(1, s.str()),
  current: s.req(2, metricValueStatus),
  container: s.req(3, s.str()),
});
export interface ContainerResourceMetricStatus extends s.Out<typeof containerResourceMetricStatusShape> {}
export interface ContainerResourceMetricStatusManifest extends s.In<typeof containerResourceMetricStatusShape> {}
export const containerResourceMetricStatus: Struct<
  ContainerResourceMetricStatus,
  ContainerResourceMetricStatusManifest
> = containerResourceMetricStatusShape;

const externalMetricStatusShape = s.struct('io.k8s.api.autoscaling.v2.ExternalMetricStatus', {
  metric: s.req(1, metricIdentifier),
  current: s.req(2, metricValueStatus),
});
export interface ExternalMetricStatus extends s.Out<typeof externalMetricStatusShape> {}
export interface ExternalMetricStatusManifest extends s.In<typeof externalMetricStatusShape> {}
export const externalMetricStatus: Struct<ExternalMetricStatus, ExternalMetricStatusManifest> =
  externalMetricStatusShape;

const objectMetricStatusShape = s.struct('io.k8s.api.autoscaling.v2.ObjectMetricStatus', {
  metric: s.req(1, metricIdentifier),
  current: s.req(2, metricValueStatus),
  describedObject: s.req(3, crossVersionObjectReference),
});
export interface ObjectMetricStatus extends s.Out<typeof objectMetricStatusShape> {}
export interface ObjectMetricStatusManifest extends s.In<typeof objectMetricStatusShape> {}
export const objectMetricStatus: Struct<ObjectMetricStatus, ObjectMetricStatusManifest> = objectMetricStatusShape;

const podsMetricStatusShape = s.struct('io.k8s.api.autoscaling.v2.PodsMetricStatus', {
  metric: s.req(1, metricIdentifier),
  current: s.req(2, metricValueStatus),
});
export interface PodsMetricStatus extends s.Out<typeof podsMetricStatusShape> {}
export interface PodsMetricStatusManifest extends s.In<typeof podsMetricStatusShape> {}
export const podsMetricStatus: Struct<PodsMetricStatus, PodsMetricStatusManifest> = podsMetricStatusShape;

const resourceMetricStatusShape = s.struct('io.k8s.api.autoscaling.v2.ResourceMetricStatus', {
  name: s.req(1, s.str()),
  current: s.req(2, metricValueStatus),
});
export interface ResourceMetricStatus extends s.Out<typeof resourceMetricStatusShape> {}
export interface ResourceMetricStatusManifest extends s.In<typeof resourceMetricStatusShape> {}
export const resourceMetricStatus: Struct<ResourceMetricStatus, ResourceMetricStatusManifest> =
  resourceMetricStatusShape;

const metricStatusShape = s.struct('io.k8s.api.autoscaling.v2.MetricStatus', {
  type: s.req(1, s.str()),
  object: s.opt(2, objectMetricStatus),
  pods: s.opt(3, podsMetricStatus),
  resource: s.opt(4, resourceMetricStatus),
  containerResource: s.opt(7, containerResourceMetricStatus),
  external: s.opt(5, externalMetricStatus),
});
export interface MetricStatus extends s.Out<typeof metricStatusShape> {}
export interface MetricStatusManifest extends s.In<typeof metricStatusShape> {}
export const metricStatus: Struct<MetricStatus, MetricStatusManifest> = metricStatusShape;
