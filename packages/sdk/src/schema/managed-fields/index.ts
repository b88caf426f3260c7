/**
 * Who set which field, and server-side apply on top of it: sets of field paths, the merge that respects their owners, and
 * the `managedFields` that every write leaves behind. All of it works on declared shapes, built-in and custom alike.
 */
export { applyManaged, type Applied, type Apply } from './apply.ts';
export { mergeConfiguration } from './merge-configuration.ts';
export { managedFieldsPieces, managerOf } from './managers.ts';
export { resetFieldsOf } from './reset-fields.ts';
export { parentManagedFields, scaleManagedFields, type ScaleMapping } from './scale.ts';
export { type FieldPath, type Update, updateManaged, type Writer } from './update.ts';
export type { Versions } from './versions.ts';
export { configProblems } from './check.ts';
