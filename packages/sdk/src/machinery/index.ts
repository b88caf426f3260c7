/**
 * What objects are made of and what can be done to them without knowing their kind: metadata, errors, selectors,
 * quantities, patches, managed fields. Everything here is pure.
 */
export * from './object.ts';
export { asGiven, copyNotes, forget, holdsGivenEmpty, noteEmpty, wasGivenEmpty } from './given-empty.ts';
export { emptyPath, field, Path } from './path.ts';
export * from './field-error.ts';
export * from './field-rules.ts';
export * from './shape.ts';
export * from './status-error.ts';
export * from './quantity.ts';
export { microTimestamp, timestamp } from './timestamp.ts';
export * from './ip.ts';
export * from './ip-problems.ts';
export * from './go-url.ts';
export * from './netip.ts';
export * from './names.ts';
export { withoutTrailing } from './trailing.ts';
export { unifiedDiff } from './unified-diff.ts';
export * from './selectors/index.ts';
export * from './json/index.ts';
export * from './patches/index.ts';
export { goDuration, parseDuration } from './duration.ts';
export { compareVersions } from './version-order.ts';
export { type JsonPath, parseJsonPath } from './json-path.ts';
export { type Re2, re2 } from './re2.ts';
