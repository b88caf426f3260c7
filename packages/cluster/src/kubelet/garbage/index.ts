/** What a node clears away by itself before its disk is full: images that nothing uses, and logs that grow too large. */
export {
  defaultImageGarbageConfig,
  type DiskUsage,
  ImageGarbage,
  type ImageGarbageConfig,
  type ImageGarbageDeps,
} from './image-garbage.ts';
export { LogKeeper } from './log-keeper.ts';
export { rotateLog, type RotationOptions } from './log-rotation.ts';
