/**
 * The volumes of pods: directories on the host that containers see. What comes from the API (config maps, secrets, tokens, the
 * pod itself) is written so that a reader sees all of a change or none of it, and is kept current while the pod lives.
 */
export { MountError, type PodVolumes } from './pod-volumes.ts';
export { systemVolumes, type SystemVolumesDeps } from './system-volumes.ts';
export { ReferencedObjects } from './referenced-objects.ts';
export { subPathWithin } from './sub-path.ts';
