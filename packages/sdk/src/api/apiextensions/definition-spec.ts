import { s, type Struct } from '../../schema/index.ts';
import { jsonSchemaProps } from './json-schema.ts';

const of = (name: string): string => `io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.${name}`;

const columnDefinitionShape = s.struct(of('CustomResourceColumnDefinition'), {
  name: s.req(1, s.str()),
  type: s.req(2, s.str()),
  format: s.zero(3, s.str()),
  description: s.zero(4, s.str()),
  priority: s.zero(5, s.int32()),
  jsonPath: s.req(6, s.str()),
});
export interface CustomResourceColumnDefinition extends s.Out<typeof columnDefinitionShape> {}
export interface CustomResourceColumnDefinitionManifest extends s.In<typeof columnDefinitionShape> {}
export const customResourceColumnDefinition: Struct<
  CustomResourceColumnDefinition,
  CustomResourceColumnDefinitionManifest
> = columnDefinitionShape;

const scaleShape = s.struct(of('CustomResourceSubresourceScale'), {
  specReplicasPath: s.req(1, s.str()),
  statusReplicasPath: s.req(2, s.str()),
  labelSelectorPath: s.opt(3, s.str()),
});
export interface CustomResourceSubresourceScale extends s.Out<typeof scaleShape> {}
export interface CustomResourceSubresourceScaleManifest extends s.In<typeof scaleShape> {}
export const customResourceSubresourceScale: Struct<
  CustomResourceSubresourceScale,
  CustomResourceSubresourceScaleManifest
> = scaleShape;

const subresourcesShape = s.struct(of('CustomResourceSubresources'), {
  status: s.opt(1, s.struct(of('CustomResourceSubresourceStatus'), {})),
  scale: s.opt(2, customResourceSubresourceScale),
});
export interface CustomResourceSubresources extends s.Out<typeof subresourcesShape> {}
export interface CustomResourceSubresourcesManifest extends s.In<typeof subresourcesShape> {}
export const customResourceSubresources: Struct<CustomResourceSubresources, CustomResourceSubresourcesManifest> =
  subresourcesShape;

const validationShape = s.struct(of('CustomResourceValidation'), {
  openAPIV3Schema: s.opt(1, jsonSchemaProps),
});
export interface CustomResourceValidation extends s.Out<typeof validationShape> {}
export interface CustomResourceValidationManifest extends s.In<typeof validationShape> {}
export const customResourceValidation: Struct<CustomResourceValidation, CustomResourceValidationManifest> =
  validationShape;

const selectableFieldShape = s.struct(of('SelectableField'), { jsonPath: s.req(1, s.str()) });
export interface SelectableField extends s.Out<typeof selectableFieldShape> {}
export const selectableField: Struct<SelectableField> = selectableFieldShape;

const versionShape = s.struct(of('CustomResourceDefinitionVersion'), {
  name: s.req(1, s.str()),
  served: s.req(2, s.bool()),
  storage: s.req(3, s.bool()),
  deprecated: s.zero(7, s.bool()),
  deprecationWarning: s.opt(8, s.str()),
  schema: s.opt(4, customResourceValidation),
  subresources: s.opt(5, customResourceSubresources),
  additionalPrinterColumns: s.zero(6, s.list(customResourceColumnDefinition)),
  selectableFields: s.zero(9, s.list(selectableField)),
});
export interface CustomResourceDefinitionVersion extends s.Out<typeof versionShape> {}
export interface CustomResourceDefinitionVersionManifest extends s.In<typeof versionShape> {}
export const customResourceDefinitionVersion: Struct<
  CustomResourceDefinitionVersion,
  CustomResourceDefinitionVersionManifest
> = versionShape;

const namesShape = s.struct(of('CustomResourceDefinitionNames'), {
  plural: s.req(1, s.str()),
  singular: s.zero(2, s.str()),
  shortNames: s.zero(3, s.list(s.str())),
  kind: s.req(4, s.str()),
  listKind: s.zero(5, s.str()),
  categories: s.zero(6, s.list(s.str())),
});
export interface CustomResourceDefinitionNames extends s.Out<typeof namesShape> {}
export interface CustomResourceDefinitionNamesManifest extends s.In<typeof namesShape> {}
export const customResourceDefinitionNames: Struct<
  CustomResourceDefinitionNames,
  CustomResourceDefinitionNamesManifest
> = namesShape;

const serviceReferenceShape = s.struct(of('ServiceReference'), {
  namespace: s.req(1, s.str()),
  name: s.req(2, s.str()),
  path: s.opt(3, s.str()),
  port: s.opt(4, s.int32(), { fill: 443 }),
});
export interface ConversionServiceReference extends s.Out<typeof serviceReferenceShape> {}
export interface ConversionServiceReferenceManifest extends s.In<typeof serviceReferenceShape> {}
export const conversionServiceReference: Struct<ConversionServiceReference, ConversionServiceReferenceManifest> =
  serviceReferenceShape;

const clientConfigShape = s.struct(of('WebhookClientConfig'), {
  url: s.opt(3, s.str()),
  service: s.opt(1, conversionServiceReference),
  caBundle: s.zero(2, s.bytes()),
});
export interface ConversionClientConfig extends s.Out<typeof clientConfigShape> {}
export interface ConversionClientConfigManifest extends s.In<typeof clientConfigShape> {}
export const conversionClientConfig: Struct<ConversionClientConfig, ConversionClientConfigManifest> = clientConfigShape;

const webhookShape = s.struct(of('WebhookConversion'), {
  clientConfig: s.opt(2, conversionClientConfig),
  conversionReviewVersions: s.req(3, s.list(s.str())),
});
export interface WebhookConversion extends s.Out<typeof webhookShape> {}
export interface WebhookConversionManifest extends s.In<typeof webhookShape> {}
export const webhookConversion: Struct<WebhookConversion, WebhookConversionManifest> = webhookShape;

const conversionShape = s.struct(of('CustomResourceConversion'), {
  strategy: s.req(1, s.str()),
  webhook: s.opt(2, webhookConversion),
});
export interface CustomResourceConversion extends s.Out<typeof conversionShape> {}
export interface CustomResourceConversionManifest extends s.In<typeof conversionShape> {}
export const customResourceConversion: Struct<CustomResourceConversion, CustomResourceConversionManifest> =
  conversionShape;

const specShape = s.struct(of('CustomResourceDefinitionSpec'), {
  group: s.req(1, s.str()),
  names: s.req(3, customResourceDefinitionNames),
  scope: s.req(4, s.str()),
  versions: s.req(7, s.list(customResourceDefinitionVersion)),
  conversion: s.opt(9, customResourceConversion, { fill: { strategy: 'None' } }),
  preserveUnknownFields: s.zero(10, s.bool()),
});
export interface CustomResourceDefinitionSpec extends s.Out<typeof specShape> {}
export interface CustomResourceDefinitionSpecManifest extends s.In<typeof specShape> {}
export const customResourceDefinitionSpec: Struct<CustomResourceDefinitionSpec, CustomResourceDefinitionSpecManifest> =
  specShape;
