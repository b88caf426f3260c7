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

export function* validateContainers(at: Path, context: ContainerContext): Iterable<FieldError> {
  const { spec, rules } = context;
  if (!spec.containers?.length) return yield required(at);
  const names = new Set<string>();
  for (const [i, container] of spec.containers.entries()) {
    const here = at.index(i);
    yield* validateContainer(container, here, context);
    if (names.has(container.name)) yield duplicate(here.child('name'), container.name);
    names.add(container.name);
    yield* validateWhileRunning(container, here, context);
    if (container.restartPolicy !== undefined || container.restartPolicyRules) {
      yield* validateRestartPolicy(container, here, rules);
    }
  }
  yield* validateHostPorts(spec.containers, at);
}

export function* validateInitContainers(
  containers: readonly Container[],
  at: Path,
  context: ContainerContext,
): Iterable<FieldError> {
  const { spec, rules } = context;
  const names = new Set(spec.containers?.map(({ name }) => name));
  for (const [i, container] of containers.entries()) {
    const here = at.index(i);
    yield* validateContainer(container, here, context);
    const { restartPolicy, restartPolicyRules } = container;
    if (isSidecar(container) && !rules.allowRestartAll) {
      if (restartPolicyRules?.length) yield forbiddenAt(here.child('restartPolicyRules'), noSidecarRules);
    } else if (restartPolicy !== undefined) yield* validateRestartPolicy(container, here, rules);
    else if (restartPolicyRules?.length) yield required(here.child('restartPolicy'), rulesNeedPolicy);
    if (names.has(container.name)) yield duplicate(here.child('name'), container.name);
    else if (container.name) names.add(container.name);
    // Upstream looks at each alone, so all are told as the first.
    yield* validateHostPorts([container], at);
    if (isSidecar(container)) {
      yield* validateWhileRunning(container, here, context);
      continue;
    }
    for (const name of ['lifecycle', 'livenessProbe', 'readinessProbe', 'startupProbe'] as const) {
      if (container[name]) {
        yield forbiddenAt(here.child(name), 'may not be set for init containers without restartPolicy=Always');
      }
    }
    if (!rules.allowRestartOnInitResize) yield* validateInitResizePolicy(container, here.child('resizePolicy'));
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

export function* validateEphemeralContainers(
  containers: readonly EphemeralContainer[],
  at: Path,
  context: ContainerContext,
): Iterable<FieldError> {
  const { spec } = context;
  const others = new Set([...(spec.containers ?? []), ...(spec.initContainers ?? [])].map(({ name }) => name));
  const names = new Set(others);
  for (const [i, container] of containers.entries()) {
    const here = at.index(i);
    yield* validateContainer(container, here, context);
    if (isPadded(container.image)) yield paddedImage(container.image, here);
    if (names.has(container.name)) yield duplicate(here.child('name'), container.name);
    names.add(container.name);
    const { targetContainerName: target } = container;
    if (target && !others.has(target)) yield notFoundAt(here.child('targetContainerName'), target);
    yield* validateEphemeralFields(container, here);
  }
}

function* validateEphemeralFields(container: EphemeralContainer, at: Path): Iterable<FieldError> {
  const refusal = 'cannot be set for an Ephemeral Container';
  for (const name of notEphemeral) {
    const value = asGiven(container, name);
    // Resources are always there; what counts is that they ask for something.
    const isSet = name === 'resources' ? Object.keys(value as object).length > 0 : value !== undefined;
    if (isSet) yield forbiddenAt(at.child(name), refusal);
  }
  for (const [i, { subPath, subPathExpr }] of (container.volumeMounts ?? []).entries()) {
    const here = at.child('volumeMounts').index(i);
    if (subPath) yield forbiddenAt(here.child('subPath'), refusal);
    if (subPathExpr) yield forbiddenAt(here.child('subPathExpr'), refusal);
  }
}

/** What holds for containers of every sort. */
function* validateContainer(
  container: Container | EphemeralContainer,
  at: Path,
  context: ContainerContext,
): Iterable<FieldError> {
  const { spec, volumes, rules } = context;
  const { name, image } = container;
  const nameProblems = name ? dnsLabelProblems(name) : [];
  if (!name) yield required(at.child('name'));
  else if (nameProblems.length) yield* problemsAt(nameProblems, name, at.child('name'));
  if (!image) yield required(at.child('image'));
  const { terminationMessagePolicy } = container;
  yield* requiredOneOf(terminationMessagePolicy, messagePolicies, at.child('terminationMessagePolicy'));
  if (container.ports) yield* validatePorts(container.ports, at.child('ports'));
  if (container.env) yield* validateEnv(container.env, at.child('env'), rules);
  if (container.envFrom) yield* validateEnvFrom(container.envFrom, at.child('envFrom'));
  if (container.volumeMounts) yield* validateMounts(container, volumes, at.child('volumeMounts'));
  if (container.volumeDevices) yield* validateDevices(container, volumes, at.child('volumeDevices'));
  yield* validatePullPolicy(container.imagePullPolicy, at.child('imagePullPolicy'));
  if (container.resources) yield* validateContainerResources(container.resources, at.child('resources'), context);
  if (container.resizePolicy) {
    yield* validateResizePolicy(container.resizePolicy, at.child('resizePolicy'), spec.restartPolicy);
  }
  if (container.securityContext) {
    const hostUsers = spec.hostUsers ?? true;
    yield* validateSecurityContext(container.securityContext, at.child('securityContext'), { hostUsers });
  }
}

const messagePolicies = ['File', 'FallbackToLogsOnError'];
const pullPolicies = ['Always', 'IfNotPresent', 'Never'];

export const validatePullPolicy = (policy: string | undefined, at: Path): Iterable<FieldError> =>
  requiredOneOf(policy, pullPolicies, at);

/** Hooks and probes, for what runs beside others rather than before them. */
function* validateWhileRunning(container: Container, at: Path, { spec }: ContainerContext): Iterable<FieldError> {
  const grace = spec.terminationGracePeriodSeconds;
  if (container.lifecycle) yield* validateLifecycle(container.lifecycle, at.child('lifecycle'), spec);
  if (container.livenessProbe || container.readinessProbe || container.startupProbe) {
    yield* validateProbes(container, grace, at);
  }
}

export const isPadded = (image: string | undefined): boolean => image !== undefined && image !== image.trim();

export const paddedImage = (image: string | undefined, container: Path): FieldError =>
  invalid(container.child('image'), image, 'must not have leading or trailing whitespace');

const protocols = ['SCTP', 'TCP', 'UDP'];

function* validatePorts(ports: readonly ContainerPort[], at: Path): Iterable<FieldError> {
  const names = new Set<string>();
  for (const [i, { name, containerPort, hostPort, protocol }] of ports.entries()) {
    const here = at.index(i);
    if (name) {
      const problems = portNameProblems(name);
      yield* problemsAt(problems, name, here.child('name'));
      if (!problems.length && names.has(name)) yield duplicate(here.child('name'), name);
      if (!problems.length) names.add(name);
    }
    if (!containerPort) yield required(here.child('containerPort'));
    else yield* problemsAt(portProblems(containerPort), containerPort, here.child('containerPort'));
    if (hostPort) yield* problemsAt(portProblems(hostPort), hostPort, here.child('hostPort'));
    yield* requiredOneOf(protocol, protocols, here.child('protocol'));
  }
}

/** A port of the host belongs to one container. */
function* validateHostPorts(containers: readonly Container[], at: Path): Iterable<FieldError> {
  const taken = new Set<string>();
  for (const [c, { ports }] of containers.entries()) {
    if (!ports) continue;
    for (const [p, { hostPort, hostIP = '', protocol }] of ports.entries()) {
      if (!hostPort) continue;
      const key = `${protocol}/${hostIP}/${hostPort}`;
      if (taken.has(key)) yield duplicate(at.index(c).child('ports').index(p).child('hostPort'), key);
      taken.add(key);
    }
  }
}

const noSidecarRules = 'restartPolicyRules are not allowed for init containers with restart policy Always';
const rulesNeedPolicy = 'must specify restartPolicy when restart rules are used';

function* validateRestartPolicy(
  { restartPolicy, restartPolicyRules: rules = [] }: Container,
  at: Path,
  { allowRestartAll }: PodRules,
): Iterable<FieldError> {
  const actions = allowRestartAll ? ['Restart', 'RestartAllContainers'] : ['Restart'];
  if (restartPolicy === undefined) {
    if (!rules.length) return;
    yield required(at.child('restartPolicy'), rulesNeedPolicy);
  }
  yield* oneOfThese(restartPolicy, ['Always', 'Never', 'OnFailure'], at.child('restartPolicy'));
  const here = at.child('restartPolicyRules');
  if (rules.length > 20) yield tooMany(here, rules.length, 20);
  for (const [i, rule] of rules.entries()) yield* validateRestartRule(rule, here.index(i), actions);
}

function* validateRestartRule(
  { action, exitCodes }: ContainerRestartRule,
  at: Path,
  actions: readonly string[],
): Iterable<FieldError> {
  yield* oneOfThese(action ?? '', actions, at.child('action'));
  const here = at.child('exitCodes');
  if (!exitCodes) return yield required(here, 'must be specified');
  yield* oneOfThese(exitCodes.operator ?? '', ['In', 'NotIn'], here.child('operator'));
  const count = exitCodes.values?.length ?? 0;
  if (count > 255) yield tooMany(here.child('values'), count, 255);
}

function* validateInitResizePolicy({ resizePolicy }: Container, at: Path): Iterable<FieldError> {
  for (const [i, { restartPolicy }] of (resizePolicy ?? []).entries()) {
    if (restartPolicy === 'RestartContainer') {
      const why = "must not be set to 'RestartContainer' for non-sidecar initContainers";
      yield invalid(at.index(i).child('restartPolicy'), restartPolicy, why);
    }
  }
}
