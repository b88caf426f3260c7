import {
  type FieldError,
  invalid,
  isId,
  notSupported,
  oneOfThese,
  type Path,
  rangeProblem,
} from '../../../../machinery/index.ts';
import { internalValue } from '../../../../schema/index.ts';
import type { PodSpec } from '../pod-spec.ts';
import { type PodSecurityContext, type SecurityContext, securityContext } from '../security.ts';
import { validateAppArmorProfile, validateSeccompProfile } from './profiles.ts';
import type { PodRules } from './rules.ts';
import { validateSysctls } from './sysctls.ts';
import { validateWindowsOptions } from './windows.ts';

export function* validateId(id: number, at: Path): Iterable<FieldError> {
  if (!isId(id)) yield invalid(at, id, rangeProblem(0, 2147483647));
}

/** How one container runs. Privileged ones are allowed, as on any cluster that runs its own network. */
export function* validateSecurityContext(
  context: SecurityContext,
  at: Path,
  { hostUsers }: { hostUsers: boolean },
): Iterable<FieldError> {
  const { privileged, procMount, allowPrivilegeEscalation, capabilities } = context;
  yield* validateRunAs(context, at);
  yield* oneOfThese(procMount, ['Default', 'Unmasked'], at.child('procMount'));
  if (hostUsers && procMount === 'Unmasked') {
    yield invalid(at.child('procMount'), procMount, '`hostUsers` must be false to use `Unmasked`');
  }
  if (context.seccompProfile) yield* validateSeccompProfile(context.seccompProfile, at.child('seccompProfile'));
  if (allowPrivilegeEscalation === false) {
    const refuse = (why: string) =>
      invalid(
        at,
        internalValue(securityContext, context),
        `cannot set \`allowPrivilegeEscalation\` to false and ${why}`,
      );
    if (privileged) yield refuse('`privileged` to true');
    for (const capability of capabilities?.add ?? []) {
      if (capability === 'CAP_SYS_ADMIN') yield refuse('`capabilities.Add` CAP_SYS_ADMIN');
    }
  }
  if (context.windowsOptions) yield* validateWindowsOptions(context.windowsOptions, at.child('windowsOptions'));
  if (context.appArmorProfile) yield* validateAppArmorProfile(context.appArmorProfile, at.child('appArmorProfile'));
}

function* validateRunAs(
  { runAsUser, runAsGroup }: Pick<SecurityContext, 'runAsUser' | 'runAsGroup'>,
  at: Path,
): Iterable<FieldError> {
  if (runAsUser !== undefined) yield* validateId(runAsUser, at.child('runAsUser'));
  if (runAsGroup !== undefined) yield* validateId(runAsGroup, at.child('runAsGroup'));
}

/** How all of a pod's containers run. */
export function* validatePodSecurityContext(
  context: PodSecurityContext,
  at: Path,
  { spec, rules }: { spec: PodSpec; rules: PodRules },
): Iterable<FieldError> {
  if (context.fsGroup !== undefined) yield* validateId(context.fsGroup, at.child('fsGroup'));
  yield* validateRunAs(context, at);
  for (const [i, gid] of (context.supplementalGroups ?? []).entries()) {
    yield* validateId(gid, at.child('supplementalGroups').index(i));
  }
  if (spec.shareProcessNamespace && spec.hostPID) {
    yield invalid(at.child('shareProcessNamespace'), true, 'ShareProcessNamespace and HostPID cannot both be enabled');
  }
  if (context.sysctls) yield* validateSysctls(context.sysctls, at.child('sysctls'), { host: spec, rules });
  yield* oneOfThese(context.fsGroupChangePolicy, ['Always', 'OnRootMismatch'], at.child('fsGroupChangePolicy'));
  if (context.seccompProfile) yield* validateSeccompProfile(context.seccompProfile, at.child('seccompProfile'));
  if (context.windowsOptions) yield* validateWindowsOptions(context.windowsOptions, at.child('windowsOptions'));
  if (context.appArmorProfile) yield* validateAppArmorProfile(context.appArmorProfile, at.child('appArmorProfile'));
  yield* oneOfThese(context.supplementalGroupsPolicy, ['Merge', 'Strict'], at.child('supplementalGroupsPolicy'));
  const change = context.seLinuxChangePolicy;
  const changes = rules.allowAnySELinuxChange ? ['MountOption', 'Recursive'] : ['Recursive'];
  if (change !== undefined && !changes.includes(change)) {
    yield notSupported(at.child('seLinuxChangePolicy'), change, changes);
  }
}
