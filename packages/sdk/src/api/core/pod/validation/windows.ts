import {
  dnsSubdomainProblems,
  type FieldError,
  forbiddenAt,
  invalid,
  type Path,
  typedString,
} from '../../../../machinery/index.ts';
import type { PodSpec } from '../pod-spec.ts';
import type { PodSecurityContext, SecurityContext, WindowsSecurityContextOptions } from '../security.ts';
import { anyContainer, containersAt } from '../containers-of.ts';

const longestCredentialSpecKiB = 64;
const longestDomain = 256;
const longestUser = 104;

export function validateWindowsOptions(errors: FieldError[], options: WindowsSecurityContextOptions, at: Path): void {
  const { gmsaCredentialSpecName: specName, gmsaCredentialSpec: spec, runAsUserName: user } = options;
  if (specName !== undefined) {
    for (const p of dnsSubdomainProblems(specName))
      errors.push(invalid(at.child('gmsaCredentialSpecName'), typedString(specName), p));
  }
  if (spec === '')
    errors.push(invalid(at.child('gmsaCredentialSpec'), spec, 'gmsaCredentialSpec cannot be an empty string'));
  else if (spec !== undefined && Buffer.byteLength(spec) > longestCredentialSpecKiB * 1024) {
    const why = `gmsaCredentialSpec size must be under ${longestCredentialSpecKiB} KiB`;
    errors.push(invalid(at.child('gmsaCredentialSpec'), typedString(spec), why));
  }
  if (user === undefined) return;
  for (const p of userNameProblems(user))
    errors.push(invalid(at.child('runAsUserName'), typedString(user), `runAsUserName${p}`));
}

const netBiosName = /^[^\\/:*?"<>|.][^\\/:*?"<>|]{0,14}$/;
const dnsName = /^[a-zA-Z0-9]([-a-zA-Z0-9]{0,61}[a-zA-Z0-9])?(\.[a-zA-Z0-9]([-a-zA-Z0-9]{0,61}[a-zA-Z0-9])?)*$/;

/** `DOMAIN\user`, the domain left out or not. */
function userNameProblems(text: string): string[] {
  if (text === '') return [' cannot be an empty string'];
  if (/[^\P{Cc}\x80-\x9f]/u.test(text)) return [' cannot contain control characters'];
  const parts = text.split('\\');
  if (parts.length > 2) return [' cannot contain more than one backslash'];
  const user = parts.at(-1)!;
  const problems: string[] = [];
  const domain = parts.length === 2 ? parts[0]! : undefined;
  if (domain !== undefined) {
    if (Buffer.byteLength(domain) >= longestDomain)
      problems.push(`'s Domain length must be under ${longestDomain} characters`);
    if (!netBiosName.test(domain) && !dnsName.test(domain)) {
      problems.push("'s Domain doesn't match the NetBios nor the DNS format");
    }
  }
  if (user === '') problems.push("'s User cannot be empty");
  else if (Buffer.byteLength(user) > longestUser)
    problems.push(`'s User length must not be longer than ${longestUser} characters`);
  if (/^[. ]+$/.test(user)) problems.push("'s User cannot contain only periods or spaces");
  if (/["/\\:;|=,+*?<>@[\]]/.test(user)) {
    problems.push(`'s User cannot contain the following characters: "/\\:;|=,+*?<>@[]`);
  }
  return problems;
}

/** Whether the pod or a container of it has options for Windows. */
export const speaksOfWindows = (spec: PodSpec): boolean =>
  spec.securityContext?.windowsOptions !== undefined ||
  anyContainer(spec, (c) => c.securityContext?.windowsOptions !== undefined);

/** Containers that run on the Windows host itself: all of a pod's or none, and on the host's network. */
export function validateHostProcess(errors: FieldError[], spec: PodSpec, at: Path): void {
  const ofPod = spec.securityContext?.windowsOptions?.hostProcess;
  const containers = containersAt(spec, at);
  let hostProcesses = 0;
  for (const { container, at: here } of containers) {
    const own = container.securityContext?.windowsOptions?.hostProcess;
    if (ofPod !== undefined && own !== undefined && own !== ofPod) {
      errors.push(
        invalid(
          here.child('securityContext', 'windowsOptions', 'hostProcess'),
          own,
          `pod hostProcess value must be identical if both are specified, was ${ofPod}`,
        ),
      );
    }
    if (own ?? ofPod) hostProcesses++;
  }
  if (!hostProcesses) return;
  if (hostProcesses !== containers.length) {
    errors.push(
      invalid(at, '', 'If pod contains any hostProcess containers then all containers must be HostProcess containers'),
    );
  }
  if (!spec.hostNetwork) {
    const why = 'hostNetwork must be true if pod contains any hostProcess containers';
    errors.push(invalid(at.child('hostNetwork'), false, why));
  }
}

/** What a pod can't have when it says for which system it is made. */
export function validateForOs(errors: FieldError[], spec: PodSpec, at: Path): void {
  if (spec.os?.name === 'linux') validateLinux(errors, spec, at);
  else if (spec.os?.name === 'windows') validateWindows(errors, spec, at);
}

function validateLinux(errors: FieldError[], spec: PodSpec, at: Path): void {
  const places = [{ container: spec, at }, ...containersAt(spec, at)];
  for (const { container, at: here } of places) {
    if (container.securityContext?.windowsOptions) {
      errors.push(
        forbiddenAt(here.child('securityContext', 'windowsOptions'), 'windows options cannot be set for a linux pod'),
      );
    }
  }
}

const notOnWindows: readonly [string, (spec: PodSpec, context: PodSecurityContext) => unknown][] = [
  ['securityContext.appArmorProfile', (_, c) => c.appArmorProfile],
  ['securityContext.seLinuxOptions', (_, c) => c.seLinuxOptions],
  ['hostUsers', (s) => s.hostUsers !== undefined],
  ['hostPID', (s) => s.hostPID],
  ['hostIPC', (s) => s.hostIPC],
  ['securityContext.seccompProfile', (_, c) => c.seccompProfile],
  ['securityContext.fsGroup', (_, c) => c.fsGroup !== undefined],
  ['securityContext.fsGroupChangePolicy', (_, c) => c.fsGroupChangePolicy !== undefined],
  ['securityContext.sysctls', (_, c) => c.sysctls?.length],
  ['shareProcessNamespace', (s) => s.shareProcessNamespace !== undefined],
  ['securityContext.runAsUser', (_, c) => c.runAsUser !== undefined],
  ['securityContext.runAsGroup', (_, c) => c.runAsGroup !== undefined],
  ['securityContext.supplementalGroups', (_, c) => c.supplementalGroups],
  ['securityContext.supplementalGroupsPolicy', (_, c) => c.supplementalGroupsPolicy !== undefined],
  ['securityContext.seLinuxChangePolicy', (_, c) => c.seLinuxChangePolicy !== undefined],
];

const notInWindowsContainers = [
  'appArmorProfile',
  'seLinuxOptions',
  'seccompProfile',
  'capabilities',
  'readOnlyRootFilesystem',
  'privileged',
  'allowPrivilegeEscalation',
  'procMount',
  'runAsUser',
  'runAsGroup',
] as const satisfies readonly (keyof SecurityContext)[];

function validateWindows(errors: FieldError[], spec: PodSpec, at: Path): void {
  const refusal = 'cannot be set for a windows pod';
  for (const [path, isSet] of notOnWindows) {
    if (!isSet(spec, spec.securityContext ?? {})) continue;
    const here = path.split('.').reduce((above, name) => above.child(name), at);
    errors.push(forbiddenAt(here, refusal));
  }
  for (const { container, at: here } of containersAt(spec, at)) {
    for (const name of notInWindowsContainers) {
      if (container.securityContext?.[name] !== undefined) {
        errors.push(forbiddenAt(here.child('securityContext', name), refusal));
      }
    }
  }
}
