import type { Pod } from '@tiphys/sdk/api';
import type { PodSandboxConfig } from '../cri/index.ts';
import { type ClusterDns, type DnsConfig, dnsConfigOf } from './dns.ts';
import { hostNamesOf, kernelHostname } from './hostname.ts';
import { podLabels } from './labels.ts';
import { initContainersOf, isSidecar } from '../../podspec/index.ts';
import { namespaceOptions, seccomp } from './security-context.ts';

export interface SandboxSurroundings {
  readonly attempt: number;
  readonly logDirectory: string;
  readonly cgroupParent: string;
  readonly nodeHostname: string;
  readonly dns: ClusterDns;
  readonly hostDns: DnsConfig;
}

/** The pod around its containers, as the runtime is asked for it. */
export function sandboxConfig(pod: Pod, around: SandboxSurroundings): PodSandboxConfig {
  const { metadata, spec } = pod;
  const security = spec.securityContext ?? {};
  const names = hostNamesOf(pod, around.dns.domain, around.nodeHostname);
  const longRunning = [...initContainersOf(pod).filter(isSidecar), ...spec.containers];
  const ports = longRunning.flatMap((c) => c.ports ?? []);
  return {
    metadata: {
      name: metadata.name ?? '',
      namespace: metadata.namespace ?? '',
      uid: metadata.uid ?? '',
      attempt: around.attempt,
    },
    // The host's own name comes with the host's namespace.
    hostname: spec.hostNetwork ? '' : kernelHostname(pod, names),
    logDirectory: around.logDirectory,
    dnsConfig: dnsConfigOf(pod, around.dns, around.hostDns),
    portMappings: ports
      .filter((p) => p.hostPort && !spec.hostNetwork)
      .map((p) => ({
        containerPort: p.containerPort,
        hostPort: p.hostPort ?? 0,
        hostIp: p.hostIP ?? '',
        protocol: p.protocol ?? 'TCP',
      })),
    labels: { ...metadata.labels, ...podLabels(pod) },
    annotations: { ...metadata.annotations, 'kubernetes.io/config.source': 'api' },
    linux: {
      cgroupParent: around.cgroupParent,
      sysctls: Object.fromEntries((security.sysctls ?? []).map((s) => [s.name, s.value])),
      securityContext: {
        namespaceOptions: namespaceOptions(pod),
        privileged: longRunning.some((c) => c.securityContext?.privileged),
        ...(security.seLinuxOptions && { selinuxOptions: security.seLinuxOptions }),
        ...(security.runAsUser !== undefined && { runAsUser: { value: security.runAsUser } }),
        ...(security.runAsGroup !== undefined && { runAsGroup: { value: security.runAsGroup } }),
        supplementalGroups: [
          ...(security.fsGroup === undefined ? [] : [security.fsGroup]),
          ...(security.supplementalGroups ?? []),
        ],
        // The sandbox only waits; it gets the runtime's own profile, as upstream asks for.
        seccomp: security.seccompProfile ? seccomp(security.seccompProfile) : { profileType: 'RuntimeDefault' },
      },
    },
  };
}
