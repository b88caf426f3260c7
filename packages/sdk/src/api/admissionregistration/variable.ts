import { s, type Struct } from '../../schema/index.ts';

const variableShape = s.struct(
  'io.k8s.api.admissionregistration.v1.Variable',
  {
    name: s.req(1, s.str()),
    expression: s.req(2, s.str()),
  },
  { atomic: true },
);
export interface Variable extends s.Out<typeof variableShape> {}
export interface VariableManifest extends s.In<typeof variableShape> {}
export const variable: Struct<Variable, VariableManifest> = variableShape;
