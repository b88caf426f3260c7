import { s, type Struct } from '../../schema/index.ts';

const preconditionsShape = s.struct('io.k8s.apimachinery.pkg.apis.meta.v1.Preconditions', {
  uid: s.opt(1, s.str()),
  resourceVersion: s.opt(2, s.str()),
});
export interface Preconditions extends s.Out<typeof preconditionsShape> {}
export interface PreconditionsManifest extends s.In<typeof preconditionsShape> {}
export const preconditions: Struct<Preconditions, PreconditionsManifest> = preconditionsShape;

const deleteOptionsShape = s.struct('io.k8s.apimachinery.pkg.apis.meta.v1.DeleteOptions', {
  gracePeriodSeconds: s.opt(1, s.int64()),
  preconditions: s.opt(2, preconditions),
  orphanDependents: s.opt(3, s.bool()),
  propagationPolicy: s.opt(4, s.str()),
  dryRun: s.zero(5, s.list(s.str())),
  ignoreStoreReadErrorWithClusterBreakingPotential: s.opt(6, s.bool()),
});
export interface DeleteOptions extends s.Out<typeof deleteOptionsShape> {}
export interface DeleteOptionsManifest extends s.In<typeof deleteOptionsShape> {}
export const deleteOptions: Struct<DeleteOptions, DeleteOptionsManifest> = deleteOptionsShape;
