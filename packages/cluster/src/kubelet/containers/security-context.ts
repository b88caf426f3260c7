import type { Container, Pod, SeccompProfile } from '@tiphys/sdk/api';
import type { Image, LinuxContainerSecurityContext } from '../cri/index.ts';
import { StartError } from '../../podspec/index.ts';

/** What runtimes hide of /proc and /sys; `procMount: Unmasked` shows it. */
const maskedPaths = [
  '/proc/asound',
  '/proc/acpi',
  '/proc/interrupts',
  '/proc/kcore',
  '/proc/keys',
  '/proc/latency_stats',
  '/proc/timer_list',
  '/proc/timer_stats',
  '/proc/sched_debug',
  '/proc/scsi',
  '/sys/firmware',
  '/sys/devices/virtual/powercap',
];
const readonlyPaths = ['/proc/bus', '/proc/fs', '/proc/irq', '/proc/sys', '/proc/sysrq-trigger'];

/** Namespaces of a pod's containers, and of the pod itself. */
export function namespaceOptions({ spec }: Pod): NonNullable<LinuxContainerSecurityContext['namespaceOptions']> {
  return {
    network: spec.hostNetwork ? 'NODE' : 'POD',
    pid: spec.hostPID ? 'NODE' : spec.shareProcessNamespace ? 'POD' : 'CONTAINER',
    ipc: spec.hostIPC ? 'NODE' : 'POD',
  };
}

/** The security context of a container: its own word, else the pod's. Refuses root when the pod says that it must not be. */
export function securityContext(
  pod: Pod,
  container: Container,
  image: Image,
  volumeGroups: readonly number[],
): LinuxContainerSecurityContext {
  const shared = pod.spec.securityContext ?? {};
  const own = container.securityContext ?? {};
  const runAsUser = own.runAsUser ?? shared.runAsUser;
  const runAsGroup = own.runAsGroup ?? shared.runAsGroup;
  if (own.runAsNonRoot ?? shared.runAsNonRoot) verifyNonRoot(pod, container, runAsUser, image);
  const isMasked = (own.procMount ?? 'Default') === 'Default' && !own.privileged;
  const groups = [...(shared.supplementalGroups ?? []), ...volumeGroups];
  if (shared.fsGroup !== undefined) groups.push(shared.fsGroup);
  return {
    namespaceOptions: namespaceOptions(pod),
    privileged: own.privileged ?? false,
    readonlyRootfs: own.readOnlyRootFilesystem ?? false,
    noNewPrivs: own.allowPrivilegeEscalation === false,
    ...(own.capabilities && {
      capabilities: {
        addCapabilities: own.capabilities.add ?? [],
        dropCapabilities: own.capabilities.drop ?? [],
      },
    }),
    ...((own.seLinuxOptions ?? shared.seLinuxOptions) && {
      selinuxOptions: own.seLinuxOptions ?? shared.seLinuxOptions,
    }),
    ...userOf(runAsUser, image),
    ...(runAsGroup !== undefined && { runAsGroup: { value: runAsGroup } }),
    ...(groups.length && { supplementalGroups: [...new Set(groups)] }),
    supplementalGroupsPolicy: shared.supplementalGroupsPolicy ?? 'Merge',
    seccomp: seccomp(own.seccompProfile ?? shared.seccompProfile),
    ...(isMasked && { maskedPaths, readonlyPaths }),
  };
}

/** The profile of a container that names none is unconfined, unless the node is told otherwise. */
export function seccomp(profile: SeccompProfile | undefined): NonNullable<LinuxContainerSecurityContext['seccomp']> {
  if (!profile) return { profileType: 'Unconfined' };
  if (profile.type === 'Localhost') return { profileType: 'Localhost', localhostRef: profile.localhostProfile ?? '' };
  return { profileType: profile.type };
}

function userOf(runAsUser: number | undefined, { uid, username }: Image): LinuxContainerSecurityContext {
  if (runAsUser !== undefined) return { runAsUser: { value: runAsUser } };
  if (uid) return { runAsUser: { value: uid.value } };
  return username ? { runAsUsername: username } : {};
}

function verifyNonRoot(pod: Pod, container: Container, runAsUser: number | undefined, { uid, username }: Image): void {
  const { metadata } = pod;
  const about = `(pod: "${metadata.name}_${metadata.namespace}(${metadata.uid})", container: ${container.name})`;
  const refuse = (why: string) => {
    throw new StartError('CreateContainerConfigError', `${why} ${about}`);
  };
  if (runAsUser !== undefined) {
    if (runAsUser === 0) refuse("container's runAsUser breaks non-root policy");
  } else if (uid?.value === 0 || (!uid && !username)) {
    refuse('container has runAsNonRoot and image will run as root');
  } else if (!uid && username) {
    refuse(`container has runAsNonRoot and image has non-numeric user (${username}), cannot verify user is non-root`);
  }
}
