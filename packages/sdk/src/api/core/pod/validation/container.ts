import {
  asGiven,
  dnsLabelProblems,
  duplicate,
  type FieldError,
  forbiddenAt,
  invalid,
  notFoundAt,
  oneOfThese,
  type Path,
  portNameProblems,
  portProblems,
  problemsAt,
  required,
  requiredOneOf,
  tooMany,
} from '../../../../machinery/index.ts';
import type { Container, ContainerPort, ContainerRestartRule, EphemeralContainer } from '../container.ts';
import type { PodSpec } from '../pod-spec.ts';
import { isSidecar } from '../containers-of.ts';
import { validateEnv, validateEnvFrom } from './env.ts';
import { validateDevices, validateMounts } from './mounts.ts';
import { validateLifecycle, validateProbes } from './probe.ts';
import { type ResourceContext, validateContainerResources, validateResizePolicy } from './resources.ts';
import { validateSecurityContext } from './security.ts';
import type { PodRules } from './rules.ts';
import type { GoodVolumes } from './volume.ts';

export interface ContainerContext extends ResourceContext {
  readonly spec: PodSpec;
  readonly volumes: GoodVolumes;
}

export function validateContainers(errors: FieldError[], at: Path, context: ContainerContext): void {
  const { spec, rules } = context;
  if (!spec.containers?.length) return void errors.push(required(at));
  const names = spec.containers.length > 1 ? new Set<string>() : undefined;
  for (const [i, container] of spec.containers.entries()) {
    const here = at.index(i);
    validateContainer(errors, container, here, context);
    if (names?.has(container.name)) errors.push(duplicate(here.child('name'), container.name));
    names?.add(container.name);
    validateWhileRunning(errors, container, here, context);
    if (container.restartPolicy !== undefined || container.restartPolicyRules) {
      validateRestartPolicy(errors, container, here, rules);
    }
  }
  validateHostPorts(errors, spec.containers, at);
}

export function validateInitContainers(
  errors: FieldError[],
  containers: readonly Container[],
  at: Path,
  context: ContainerContext,
): void {
  const { spec, rules } = context;
  const names = new Set(spec.containers?.map(({ name }) => name));
  for (const [i, container] of containers.entries()) {
    const here = at.index(i);
    validateContainer(errors, container, here, context);
    const { restartPolicy, restartPolicyRules } = container;
    if (isSidecar(container) && !rules.allowRestartAll) {
      if (restartPolicyRules?.length) errors.push(forbiddenAt(here.child('restartPolicyRules'), noSidecarRules));
    } else if (restartPolicy !== undefined) validateRestartPolicy(errors, container, here, rules);
    else if (restartPolicyRules?.length) errors.push(required(here.child('restartPolicy'), rulesNeedPolicy));
    if (names.has(container.name)) errors.push(duplicate(here.child('name'), container.name));
    else if (container.name) names.add(container.name);
    // Upstream looks at each alone, so all are told as the first.
    validateHostPorts(errors, [container], at);
    if (isSidecar(container)) {
      validateWhileRunning(errors, container, here, context);
      continue;
    }
    for (const name of ['lifecycle', 'livenessProbe', 'readinessProbe', 'startupProbe'] as const) {
      if (container[name]) {
        errors.push(forbiddenAt(here.child(name), 'may not be set for init containers without restartPolicy=Always'));
      }
    }
    if (!rules.allowRestartOnInitResize) validateInitResizePolicy(errors, container, here.child('resizePolicy'));
  }
}

/** What only containers with a life of their own have. */
const notEphemeral = [
  'ports',
  'resources',
  'resizePolicy',
  'restartPolicy',
  'restartPolicyRules',
  'livenessProbe',
  'readinessProbe',
  'startupProbe',
  'lifecycle',
] as const satisfies readonly (keyof EphemeralContainer)[];

export function validateEphemeralContainers(
  errors: FieldError[],
  containers: readonly EphemeralContainer[],
  at: Path,
  context: ContainerContext,
): void {
  const { spec } = context;
  const others = new Set([...(spec.containers ?? []), ...(spec.initContainers ?? [])].map(({ name }) => name));
  const names = new Set(others);
  for (const [i, container] of containers.entries()) {
    const here = at.index(i);
    validateContainer(errors, container, here, context);
    if (isPadded(container.image)) errors.push(paddedImage(container.image, here));
    if (names.has(container.name)) errors.push(duplicate(here.child('name'), container.name));
    names.add(container.name);
    const { targetContainerName: target } = container;
    if (target && !others.has(target)) errors.push(notFoundAt(here.child('targetContainerName'), target));
    validateEphemeralFields(errors, container, here);
  }
}

function validateEphemeralFields(errors: FieldError[], container: EphemeralContainer, at: Path): void {
  const refusal = 'cannot be set for an Ephemeral Container';
  for (const name of notEphemeral) {
    const value = asGiven(container, name);
    // Resources are always there; what counts is that they ask for something.
    const isSet = name === 'resources' ? Object.keys(value as object).length > 0 : value !== undefined;
    if (isSet) errors.push(forbiddenAt(at.child(name), refusal));
  }
  for (const [i, { subPath, subPathExpr }] of (container.volumeMounts ?? []).entries()) {
    const here = at.child('volumeMounts').index(i);
    if (subPath) errors.push(forbiddenAt(here.child('subPath'), refusal));
    if (subPathExpr) errors.push(forbiddenAt(here.child('subPathExpr'), refusal));
  }
}

/** What holds for containers of every sort. */
function validateContainer(
  errors: FieldError[],
  container: Container | EphemeralContainer,
  at: Path,
  context: ContainerContext,
): void {
  const { spec, volumes, rules } = context;
  const { name, image } = container;
  const nameProblems = name ? dnsLabelProblems(name) : [];
  if (!name) errors.push(required(at.child('name')));
  else if (nameProblems.length) errors.push(...problemsAt(nameProblems, name, at.child('name')));
  if (!image) errors.push(required(at.child('image')));
  const { terminationMessagePolicy } = container;
  errors.push(...requiredOneOf(terminationMessagePolicy, messagePolicies, at.child('terminationMessagePolicy')));
  if (container.ports) validatePorts(errors, container.ports, at.child('ports'));
  if (container.env) validateEnv(errors, container.env, at.child('env'), rules);
  if (container.envFrom) validateEnvFrom(errors, container.envFrom, at.child('envFrom'));
  if (container.volumeMounts) validateMounts(errors, container, volumes, at.child('volumeMounts'));
  if (container.volumeDevices) validateDevices(errors, container, volumes, at.child('volumeDevices'));
  errors.push(...validatePullPolicy(container.imagePullPolicy, at.child('imagePullPolicy')));
  if (container.resources) validateContainerResources(errors, container.resources, at.child('resources'), context);
  if (container.resizePolicy) {
    validateResizePolicy(errors, container.resizePolicy, at.child('resizePolicy'), spec.restartPolicy);
  }
  if (container.securityContext) {
    const hostUsers = spec.hostUsers ?? true;
    validateSecurityContext(errors, container.securityContext, at.child('securityContext'), { hostUsers });
  }
}

const messagePolicies = ['File', 'FallbackToLogsOnError'];
const pullPolicies = ['Always', 'IfNotPresent', 'Never'];

export const validatePullPolicy = (policy: string | undefined, at: Path): Iterable<FieldError> =>
  requiredOneOf(policy, pullPolicies, at);

/** Hooks and probes, for what runs beside others rather than before them. */
function validateWhileRunning(errors: FieldError[], container: Container, at: Path, { spec }: ContainerContext): void {
  const grace = spec.terminationGracePeriodSeconds;
  if (container.lifecycle) validateLifecycle(errors, container.lifecycle, at.child('lifecycle'), spec);
  if (container.livenessProbe || container.readinessProbe || container.startupProbe) {
    validateProbes(errors, container, grace, at);
  }
}

export const isPadded = (image: string | undefined): boolean => image !== undefined && image !== image.trim();

export const paddedImage = (image: string | undefined, container: Path): FieldError =>
  invalid(container.child('image'), image, 'must not have leading or trailing whitespace');

const protocols = ['SCTP', 'TCP', 'UDP'];

function validatePorts(errors: FieldError[], ports: readonly ContainerPort[], at: Path): void {
  const names = ports.length > 1 ? new Set<string>() : undefined;
  for (const [i, { name, containerPort, hostPort, protocol }] of ports.entries()) {
    const here = at.index(i);
    if (name) {
      const problems = portNameProblems(name);
      errors.push(...problemsAt(problems, name, here.child('name')));
      if (!problems.length && names?.has(name)) errors.push(duplicate(here.child('name'), name));
      if (!problems.length) names?.add(name);
    }
    if (!containerPort) errors.push(required(here.child('containerPort')));
    else errors.push(...problemsAt(portProblems(containerPort), containerPort, here.child('containerPort')));
    if (hostPort) errors.push(...problemsAt(portProblems(hostPort), hostPort, here.child('hostPort')));
    errors.push(...requiredOneOf(protocol, protocols, here.child('protocol')));
  }
}

/** A port of the host belongs to one container. */
function validateHostPorts(errors: FieldError[], containers: readonly Container[], at: Path): void {
  let taken: Set<string> | undefined;
  for (const [c, { ports }] of containers.entries()) {
    if (!ports) continue;
    for (const [p, { hostPort, hostIP = '', protocol }] of ports.entries()) {
      if (!hostPort) continue;
      const key = `${protocol}/${hostIP}/${hostPort}`;
      taken ??= new Set();
      if (taken.has(key)) errors.push(duplicate(at.index(c).child('ports').index(p).child('hostPort'), key));
      taken.add(key);
    }
  }
}

const noSidecarRules = 'restartPolicyRules are not allowed for init containers with restart policy Always';
const rulesNeedPolicy = 'must specify restartPolicy when restart rules are used';

function validateRestartPolicy(
  errors: FieldError[],
  { restartPolicy, restartPolicyRules: rules = [] }: Container,
  at: Path,
  { allowRestartAll }: PodRules,
): void {
  const actions = allowRestartAll ? ['Restart', 'RestartAllContainers'] : ['Restart'];
  if (restartPolicy === undefined) {
    if (!rules.length) return;
    errors.push(required(at.child('restartPolicy'), rulesNeedPolicy));
  }
  errors.push(...oneOfThese(restartPolicy, ['Always', 'Never', 'OnFailure'], at.child('restartPolicy')));
  const here = at.child('restartPolicyRules');
  if (rules.length > 20) errors.push(tooMany(here, rules.length, 20));
  for (const [i, rule] of rules.entries()) validateRestartRule(errors, rule, here.index(i), actions);
}

function validateRestartRule(
  errors: FieldError[],
  { action, exitCodes }: ContainerRestartRule,
  at: Path,
  actions: readonly string[],
): void {
  errors.push(...oneOfThese(action ?? '', actions, at.child('action')));
  const here = at.child('exitCodes');
  if (!exitCodes) return void errors.push(required(here, 'must be specified'));
  errors.push(...oneOfThese(exitCodes.operator ?? '', ['In', 'NotIn'], here.child('operator')));
  const count = exitCodes.values?.length ?? 0;
  if (count > 255) errors.push(tooMany(here.child('values'), count, 255));
}

function validateInitResizePolicy(errors: FieldError[], { resizePolicy }: Container, at: Path): void {
  for (const [i, { restartPolicy }] of (resizePolicy ?? []).entries()) {
    if (restartPolicy === 'RestartContainer') {
      const why = "must not be set to 'RestartContainer' for non-sidecar initContainers";
      errors.push(invalid(at.index(i).child('restartPolicy'), restartPolicy, why));
    }
  }
}
