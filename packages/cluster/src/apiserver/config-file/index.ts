/**
 * Files that configure the server as objects with a kind and a version: read as strictly as upstream's decoders read them, and
 * refused in their words; and watched, where what they say is to change without a restart.
 */
export {
  type ConfigKind,
  decodedConfig,
  type Header,
  headerOf,
  missingIn,
  parsedObject,
  readConfig,
  unregistered,
} from './read-config.ts';
export { durationIn } from './duration.ts';
export { followFile, type FollowedFile } from './follow-file.ts';
export { ReloadMetrics } from './reload-metrics.ts';
