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

export function* validateProbes(
  { livenessProbe, readinessProbe, startupProbe }: Probed,
  grace: Grace,
  at: Path,
): Iterable<FieldError> {
  if (livenessProbe) yield* validateKillingProbe(livenessProbe, grace, at.child('livenessProbe'));
  if (readinessProbe) {
    const here = at.child('readinessProbe');
    yield* validateProbe(readinessProbe, grace, here);
    const { terminationGracePeriodSeconds: own } = readinessProbe;
    if (own !== undefined) {
      yield invalid(here.child('terminationGracePeriodSeconds'), own, 'must not be set for readinessProbes');
    }
  }
  if (startupProbe) yield* validateKillingProbe(startupProbe, grace, at.child('startupProbe'));
}

/** A probe whose failure restarts the container: one success is enough, always. */
function* validateKillingProbe(probe: Probe, grace: Grace, at: Path): Iterable<FieldError> {
  yield* validateProbe(probe, grace, at);
  if (probe.successThreshold !== 1) yield invalid(at.child('successThreshold'), probe.successThreshold, 'must be 1');
}

const counts = [
  'initialDelaySeconds',
  'timeoutSeconds',
  'periodSeconds',
  'successThreshold',
  'failureThreshold',
] as const satisfies readonly (keyof Probe)[];

function* validateProbe(probe: Probe, grace: Grace, at: Path): Iterable<FieldError> {
  yield* validateHandler(probe, grace, at);
  for (const name of counts) {
    const count = probe[name];
    if (count !== undefined) yield* nonNegative(count, at.child(name));
  }
  const { terminationGracePeriodSeconds: own } = probe;
  if (own !== undefined && own <= 0) {
    yield invalid(at.child('terminationGracePeriodSeconds'), own, 'must be greater than 0');
  }
}

export function* validateLifecycle(
  { postStart, preStop, stopSignal: signal }: Lifecycle,
  at: Path,
  { terminationGracePeriodSeconds: grace, os }: PodSpec,
): Iterable<FieldError> {
  if (postStart) yield* validateHandler(postStart, grace, at.child('postStart'));
  if (preStop) yield* validateHandler(preStop, grace, at.child('preStop'));
  if (signal === undefined) return;
  const here = at.child('stopSignal');
  if (!os) yield forbiddenAt(here, 'may not be set for containers with empty `spec.os.name`');
  else if (os.name === 'windows') yield* oneOfThese(signal, windowsSignals, here);
  else if (os.name === 'linux') yield* oneOfThese(signal, stopSignals, here);
}

const windowsSignals = ['SIGKILL', 'SIGTERM'];

type Handler = Partial<Pick<Probe, 'exec' | 'httpGet' | 'tcpSocket' | 'grpc'>> & Pick<LifecycleHandler, 'sleep'>;
type HandlerName = keyof Handler;
const handlerNames: readonly HandlerName[] = ['exec', 'httpGet', 'tcpSocket', 'grpc', 'sleep'];

function* validateHandler(handler: Handler, grace: Grace, at: Path): Iterable<FieldError> {
  let first: HandlerName | undefined;
  for (const name of handlerNames) {
    if (!handler[name]) continue;
    if (first) yield forbiddenAt(at.child(name), 'may not specify more than 1 handler type');
    else yield* validateAction(name, handler, { grace, at: at.child(name) });
    first ??= name;
  }
  if (!first) yield required(at, 'must specify a handler type');
}

function* validateAction(
  name: HandlerName,
  handler: Handler,
  { grace, at }: { grace: Grace; at: Path },
): Iterable<FieldError> {
  switch (name) {
    case 'exec':
      return yield* present(handler.exec!.command, at.child('command'));
    case 'httpGet':
      return yield* validateHttpGet(handler.httpGet!, at);
    case 'tcpSocket':
      return yield* validatePort(handler.tcpSocket!.port, at.child('port'));
    case 'grpc':
      return yield* validatePort(handler.grpc!.port, at.child('port'));
    case 'sleep': {
      const { seconds } = handler.sleep!;
      if (grace === undefined || (seconds >= 0 && seconds <= grace)) return;
      yield invalid(at, seconds, `must be non-negative and less than terminationGracePeriodSeconds (${grace})`);
    }
  }
}

function* validateHttpGet({ path, port, scheme, httpHeaders }: HTTPGetAction, at: Path): Iterable<FieldError> {
  if (!path) yield required(at.child('path'));
  yield* validatePort(port, at.child('port'));
  if (scheme !== 'HTTP' && scheme !== 'HTTPS') yield notSupported(at.child('scheme'), scheme ?? '', ['HTTP', 'HTTPS']);
  if (!httpHeaders) return;
  for (const { name } of httpHeaders) {
    yield* problemsAt(headerNameProblems(name), name, at.child('httpHeaders'));
  }
}

const validatePort = (port: number | string, at: Path): Iterable<FieldError> =>
  problemsAt(typeof port === 'number' ? portProblems(port) : portNameProblems(port), port, at);
