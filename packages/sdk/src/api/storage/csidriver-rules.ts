import {
  duplicate,
  field,
  type FieldError,
  immutable,
  invalid,
  notSupported,
  oneOfThese,
  type Path,
} from '../../machinery/index.ts';
import type { CSIDriver, CSIDriverSpec } from './csidriver.ts';

const at = field('spec');
const fsGroupPolicies = ['File', 'None', 'ReadWriteOnceWithFSType'];
const lifecycleModes = ['Persistent', 'Ephemeral'];
const shortestUpdateSeconds = 10;
const shortestTokenSeconds = 600;

export function* csiDriverRules({ spec }: CSIDriver, old: CSIDriver | undefined): Iterable<FieldError> {
  yield* oneOfThese(spec.fsGroupPolicy, fsGroupPolicies, at.child('fsGroupPolicy'));
  yield* tokenRequestsRules(spec, at.child('tokenRequests'));
  for (const mode of spec.volumeLifecycleModes) {
    if (!lifecycleModes.includes(mode)) yield notSupported(at.child('volumeLifecycleModes'), mode, lifecycleModes);
  }
  const { nodeAllocatableUpdatePeriodSeconds: period, serviceAccountTokenInSecrets: inSecrets } = spec;
  if (period !== undefined && period < shortestUpdateSeconds) {
    const why = `must be greater than or equal to ${shortestUpdateSeconds} seconds`;
    yield invalid(at.child('nodeAllocatableUpdatePeriodSeconds'), period, why);
  }
  if (inSecrets !== undefined && !spec.tokenRequests?.length) {
    const why = 'serviceAccountTokenInSecrets is set but no tokenRequests are specified';
    yield invalid(at.child('serviceAccountTokenInSecrets'), inSecrets, why);
  }
  if (!old) return;
  // The path isn't quite the field's name.
  yield* immutable(spec.attachRequired, old.spec.attachRequired, at.child('attachedRequired'));
  yield* immutable(spec.volumeLifecycleModes, old.spec.volumeLifecycleModes, at.child('volumeLifecycleModes'));
}

function* tokenRequestsRules({ tokenRequests = [] }: CSIDriverSpec, list: Path): Iterable<FieldError> {
  const audiences = new Set<string>();
  for (const [i, { audience, expirationSeconds }] of tokenRequests.entries()) {
    const here = list.index(i);
    if (audiences.has(audience)) {
      yield duplicate(here.child('audience'), audience);
      continue;
    }
    audiences.add(audience);
    if (expirationSeconds === undefined) continue;
    const where = here.child('expirationSeconds');
    if (expirationSeconds < shortestTokenSeconds) {
      yield invalid(where, expirationSeconds, 'may not specify a duration less than 10 minutes');
    }
    if (expirationSeconds > 2 ** 32) {
      yield invalid(where, expirationSeconds, 'may not specify a duration larger than 2^32 seconds');
    }
  }
}
