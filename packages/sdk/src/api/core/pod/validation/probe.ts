import {
  type FieldError,
  forbiddenAt,
  headerNameProblems,
  invalid,
  nonNegative,
  notSupported,
  oneOfThese,
  type Path,
  portNameProblems,
  portProblems,
  present,
  problemsAt,
  required,
} from '../../../../machinery/index.ts';
import type { PodSpec } from '../pod-spec.ts';
import { stopSignals } from '../stop-signal.ts';
import type { HTTPGetAction, Lifecycle, LifecycleHandler, Probe } from '../probe.ts';

/** How long the pod may take to stop, which hooks must fit in. */
type Grace = number | undefined;

interface Probed {
  readonly livenessProbe?: Probe;
  readonly readinessProbe?: Probe;
  readonly startupProbe?: Probe;
}

export function validateProbes(
  errors: FieldError[],
  { livenessProbe, readinessProbe, startupProbe }: Probed,
  grace: Grace,
  at: Path,
): void {
  if (livenessProbe) validateKillingProbe(errors, livenessProbe, grace, at.child('livenessProbe'));
  if (readinessProbe) {
    const here = at.child('readinessProbe');
    validateProbe(errors, readinessProbe, grace, here);
    const { terminationGracePeriodSeconds: own } = readinessProbe;
    if (own !== undefined) {
      errors.push(invalid(here.child('terminationGracePeriodSeconds'), own, 'must not be set for readinessProbes'));
    }
  }
  if (startupProbe) validateKillingProbe(errors, startupProbe, grace, at.child('startupProbe'));
}

/** A probe whose failure restarts the container: one success is enough, always. */
function validateKillingProbe(errors: FieldError[], probe: Probe, grace: Grace, at: Path): void {
  validateProbe(errors, probe, grace, at);
  if (probe.successThreshold !== 1)
    errors.push(invalid(at.child('successThreshold'), probe.successThreshold, 'must be 1'));
}

const counts = [
  'initialDelaySeconds',
  'timeoutSeconds',
  'periodSeconds',
  'successThreshold',
  'failureThreshold',
] as const satisfies readonly (keyof Probe)[];

function validateProbe(errors: FieldError[], probe: Probe, grace: Grace, at: Path): void {
  validateHandler(errors, probe, grace, at);
  for (const name of counts) {
    const count = probe[name];
    if (count !== undefined) errors.push(...nonNegative(count, at.child(name)));
  }
  const { terminationGracePeriodSeconds: own } = probe;
  if (own !== undefined && own <= 0) {
    errors.push(invalid(at.child('terminationGracePeriodSeconds'), own, 'must be greater than 0'));
  }
}

export function validateLifecycle(
  errors: FieldError[],
  { postStart, preStop, stopSignal: signal }: Lifecycle,
  at: Path,
  { terminationGracePeriodSeconds: grace, os }: PodSpec,
): void {
  if (postStart) validateHandler(errors, postStart, grace, at.child('postStart'));
  if (preStop) validateHandler(errors, preStop, grace, at.child('preStop'));
  if (signal === undefined) return;
  const here = at.child('stopSignal');
  if (!os) errors.push(forbiddenAt(here, 'may not be set for containers with empty `spec.os.name`'));
  else if (os.name === 'windows') errors.push(...oneOfThese(signal, windowsSignals, here));
  else if (os.name === 'linux') errors.push(...oneOfThese(signal, stopSignals, here));
}

const windowsSignals = ['SIGKILL', 'SIGTERM'];

type Handler = Partial<Pick<Probe, 'exec' | 'httpGet' | 'tcpSocket' | 'grpc'>> & Pick<LifecycleHandler, 'sleep'>;
type HandlerName = keyof Handler;
const handlerNames: readonly HandlerName[] = ['exec', 'httpGet', 'tcpSocket', 'grpc', 'sleep'];

function validateHandler(errors: FieldError[], handler: Handler, grace: Grace, at: Path): void {
  let first: HandlerName | undefined;
  for (const name of handlerNames) {
    if (!handler[name]) continue;
    if (first) errors.push(forbiddenAt(at.child(name), 'may not specify more than 1 handler type'));
    else validateAction(errors, name, handler, { grace, at: at.child(name) });
    first ??= name;
  }
  if (!first) errors.push(required(at, 'must specify a handler type'));
}

function validateAction(
  errors: FieldError[],
  name: HandlerName,
  handler: Handler,
  { grace, at }: { grace: Grace; at: Path },
): void {
  switch (name) {
    case 'exec':
      return void errors.push(...present(handler.exec!.command, at.child('command')));
    case 'httpGet':
      return validateHttpGet(errors, handler.httpGet!, at);
    case 'tcpSocket':
      return void errors.push(...validatePort(handler.tcpSocket!.port, at.child('port')));
    case 'grpc':
      return void errors.push(...validatePort(handler.grpc!.port, at.child('port')));
    case 'sleep': {
      const { seconds } = handler.sleep!;
      if (grace === undefined || (seconds >= 0 && seconds <= grace)) return;
      errors.push(invalid(at, seconds, `must be non-negative and less than terminationGracePeriodSeconds (${grace})`));
    }
  }
}

function validateHttpGet(errors: FieldError[], { path, port, scheme, httpHeaders }: HTTPGetAction, at: Path): void {
  if (!path) errors.push(required(at.child('path')));
  errors.push(...validatePort(port, at.child('port')));
  if (scheme !== 'HTTP' && scheme !== 'HTTPS')
    errors.push(notSupported(at.child('scheme'), scheme ?? '', ['HTTP', 'HTTPS']));
  if (!httpHeaders) return;
  for (const { name } of httpHeaders) {
    errors.push(...problemsAt(headerNameProblems(name), name, at.child('httpHeaders')));
  }
}

const validatePort = (port: number | string, at: Path): Iterable<FieldError> =>
  problemsAt(typeof port === 'number' ? portProblems(port) : portNameProblems(port), port, at);
