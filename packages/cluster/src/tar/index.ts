/** Tar archives (POSIX), written and read whole: layers of images, and what `kubectl cp` carries. */
export { readTar } from './read-tar.ts';
export { type TarEntry, tarOf } from './write-tar.ts';
