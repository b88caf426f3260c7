/**
 * Images that are made here rather than pulled: the sandbox's, of a few hundred bytes, and those out of the host's own files. All
 * are OCI images of one layer, brought into containerd over its own services.
 */
export { type FromHostOptions, imageFromHost } from './from-host.ts';
export { imageProblem } from '../../podspec/index.ts';
export { importImage, type ImportImageDeps } from './import-image.ts';
export { isPauseArchitecture, type PauseArchitecture } from './pause-program.ts';
export { pauseImage, pauseImageName } from './pause-image.ts';
export type { OciImage } from './oci-image.ts';
