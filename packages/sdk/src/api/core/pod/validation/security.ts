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

export function validateId(errors: FieldError[], id: number, at: Path): void {
  if (!isId(id)) errors.push(invalid(at, id, rangeProblem(0, 2147483647)));
}

/** How one container runs. Privileged ones are allowed, as on any cluster that runs its own network. */
export function validateSecurityContext(
  errors: FieldError[],
  context: SecurityContext,
  at: Path,
  { hostUsers }: { hostUsers: boolean },
): void {
  const { privileged, procMount, allowPrivilegeEscalation, capabilities } = context;
  validateRunAs(errors, context, at);
  errors.push(...oneOfThese(procMount, ['Default', 'Unmasked'], at.child('procMount')));
  if (hostUsers && procMount === 'Unmasked') {
    errors.push(invalid(at.child('procMount'), procMount, '`hostUsers` must be false to use `Unmasked`'));
  }
  if (context.seccompProfile) validateSeccompProfile(errors, context.seccompProfile, at.child('seccompProfile'));
  if (allowPrivilegeEscalation === false) {
    const refuse = (why: string) =>
      invalid(
        at,
        internalValue(securityContext, context),
        `cannot set \`allowPrivilegeEscalation\` to false and ${why}`,
      );
    if (privileged) errors.push(refuse('`privileged` to true'));
    for (const capability of capabilities?.add ?? []) {
      if (capability === 'CAP_SYS_ADMIN') errors.push(refuse('`capabilities.Add` CAP_SYS_ADMIN'));
    }
  }
  if (context.windowsOptions) validateWindowsOptions(errors, context.windowsOptions, at.child('windowsOptions'));
  if (context.appArmorProfile) validateAppArmorProfile(errors, context.appArmorProfile, at.child('appArmorProfile'));
}

function validateRunAs(
  errors: FieldError[],
  { runAsUser, runAsGroup }: Pick<SecurityContext, 'runAsUser' | 'runAsGroup'>,
  at: Path,
): void {
  if (runAsUser !== undefined) validateId(errors, runAsUser, at.child('runAsUser'));
  if (runAsGroup !== undefined) validateId(errors, runAsGroup, at.child('runAsGroup'));
}

/** How all of a pod's containers run. */
export function validatePodSecurityContext(
  errors: FieldError[],
  context: PodSecurityContext,
  at: Path,
  { spec, rules }: { spec: PodSpec; rules: PodRules },
): void {
  if (context.fsGroup !== undefined) validateId(errors, context.fsGroup, at.child('fsGroup'));
  validateRunAs(errors, context, at);
  for (const [i, gid] of (context.supplementalGroups ?? []).entries()) {
    validateId(errors, gid, at.child('supplementalGroups').index(i));
  }
  if (spec.shareProcessNamespace && spec.hostPID) {
    errors.push(
      invalid(at.child('shareProcessNamespace'), true, 'ShareProcessNamespace and HostPID cannot both be enabled'),
    );
  }
  if (context.sysctls) validateSysctls(errors, context.sysctls, at.child('sysctls'), { host: spec, rules });
  errors.push(
    ...oneOfThese(context.fsGroupChangePolicy, ['Always', 'OnRootMismatch'], at.child('fsGroupChangePolicy')),
  );
  if (context.seccompProfile) validateSeccompProfile(errors, context.seccompProfile, at.child('seccompProfile'));
  if (context.windowsOptions) validateWindowsOptions(errors, context.windowsOptions, at.child('windowsOptions'));
  if (context.appArmorProfile) validateAppArmorProfile(errors, context.appArmorProfile, at.child('appArmorProfile'));
  errors.push(
    ...oneOfThese(context.supplementalGroupsPolicy, ['Merge', 'Strict'], at.child('supplementalGroupsPolicy')),
  );
  const change = context.seLinuxChangePolicy;
  const changes = rules.allowAnySELinuxChange ? ['MountOption', 'Recursive'] : ['Recursive'];
  if (change !== undefined && !changes.includes(change)) {
    errors.push(notSupported(at.child('seLinuxChangePolicy'), change, changes));
  }
}
