import { s, type Struct } from '../../schema/index.ts';
import { labelSelector } from '../meta/label-selector.ts';

const paramKindShape = s.struct(
  'io.k8s.api.admissionregistration.v1.ParamKind',
  { apiVersion: s.zero(1, s.str()), kind: s.zero(2, s.str()) },
  { atomic: true },
);
export interface ParamKind extends s.Out<typeof paramKindShape> {}
export interface ParamKindManifest extends s.In<typeof paramKindShape> {}
export const paramKind: Struct<ParamKind, ParamKindManifest> = paramKindShape;

const paramRefShape = s.struct(
  'io.k8s.api.admissionregistration.v1.ParamRef',
  {
    name: s.zero(1, s.str()),
    namespace: s.zero(2, s.str()),
    selector: s.opt(3, labelSelector),
    parameterNotFoundAction: s.opt(4, s.str()),
  },
  { atomic: true },
);
export interface ParamRef extends s.Out<typeof paramRefShape> {}
export interface ParamRefManifest extends s.In<typeof paramRefShape> {}
export const paramRef: Struct<ParamRef, ParamRefManifest> = paramRefShape;
