/**
 * What the spec of a pod means to whoever runs it, on a machine or in a simulation: which containers it has, the variables they
 * see, the files that its volumes hold, the names and delays by which a node speaks of them. Nothing here runs anything.
 */
export { BackOff } from './back-off.ts';
export { type Tell, tellOfContainer, tellOfPod } from './container-events.ts';
export { containerOfLog } from './container-of-log.ts';
export { environment, type EnvironmentSources } from './environment.ts';
export { expand } from './expansion.ts';
export { fieldValue, type PodAddresses, resourceFieldValue } from './field-reference.ts';
export { imageProblem } from './image-name.ts';
export { ImagePuller, type ImagePullerDeps, type ImageSource, type PullRequest } from './image-puller.ts';
export { configMapPayload, downwardPayload, type Payload, type PayloadFile, secretPayload } from './payloads.ts';
export {
  allContainersOf,
  containerNamed,
  ephemeralContainersOf,
  fieldPathOf,
  formatPod,
  initContainersOf,
  isSidecar,
  resolvePort,
} from './pod-containers.ts';
export { holdBack, isRestartedAfter } from './restarts.ts';
export { ServiceAccountTokens } from './service-account-tokens.ts';
export { serviceEnvironment, type Variables } from './service-environment.ts';
export { StartError, type WaitingReason } from './start-error.ts';
export { defaultFileMode, volumeFiles, type VolumeSources } from './volume-files.ts';
