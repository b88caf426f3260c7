import type { PodSpec } from '@tiphys/sdk/api';
import {
  type AnyContainer,
  type Check,
  containersOf,
  hasOwnUsers,
  type Look,
  named,
  plural,
  quotedList,
  setters,
  sortedSet,
  type Subject,
  type Violation,
} from './check.ts';

/** What no ordinary application needs, and what leads out of its container. */
export const baselineChecks: readonly Check[] = [
  { id: 'appArmorProfile', versions: [[0, appArmor]] },
  { id: 'capabilities_baseline', versions: [[0, capabilities]] },
  { id: 'hostNamespaces', versions: [[0, hostNamespaces]] },
  { id: 'hostPathVolumes', versions: [[0, hostPaths]] },
  { id: 'hostPorts', versions: [[0, hostPorts]] },
  { id: 'hostProbesAndHostLifecycle', versions: [[34, probedHosts]] },
  { id: 'privileged', versions: [[0, privileged]] },
  {
    id: 'procMount',
    versions: [
      [0, procMount],
      [35, (subject) => (hasOwnUsers(subject) ? undefined : procMount(subject))],
    ],
  },
  {
    id: 'seLinuxOptions',
    versions: [
      [0, seLinux(['', 'container_t', 'container_init_t', 'container_kvm_t'])],
      [31, seLinux(['', 'container_t', 'container_init_t', 'container_kvm_t', 'container_engine_t'])],
    ],
  },
  {
    id: 'seccompProfile_baseline',
    versions: [
      [0, seccompAnnotations],
      [19, seccomp],
    ],
  },
  { id: 'sysctls', versions: allowedSysctls().map(([since, allowed]) => [since, sysctls(allowed)] as const) },
  { id: 'windowsHostProcess', versions: [[0, hostProcess]] },
];

const isConfined = (type: string): boolean => type === 'RuntimeDefault' || type === 'Localhost';

function appArmor({ spec, annotations }: Subject): Violation | undefined {
  const ofPod = spec.securityContext?.appArmorProfile?.type;
  const profileOf = (c: AnyContainer) => c.securityContext?.appArmorProfile?.type;
  const bad = containersOf(spec).filter((c) => !isConfined(profileOf(c) ?? 'RuntimeDefault'));
  const badPod = ofPod !== undefined && !isConfined(ofPod);
  const noted = Object.entries(annotations)
    .filter(
      ([key, value]) => key.startsWith('container.apparmor.security.beta.kubernetes.io/') && !isConfinedNote(value),
    )
    .map(([key, value]) => `${key}=${JSON.stringify(value)}`)
    .sort();
  const by = [setters(badPod, bad), noted.length ? plural('annotation', 'annotations', noted.length) : ''].filter(
    Boolean,
  );
  if (!by.length) return undefined;
  const values = [...sortedSet([...(badPod ? [ofPod] : []), ...bad.map((c) => profileOf(c)!)]), ...noted];
  return {
    reason: plural('forbidden AppArmor profile', 'forbidden AppArmor profiles', values.length),
    detail: `${by.join(' and ')} must not set AppArmor profile type to ${quotedList(values)}`,
  };
}

const isConfinedNote = (value: string): boolean =>
  value === '' || value === 'runtime/default' || value.startsWith('localhost/');

const ordinaryCapabilities = new Set(
  'AUDIT_WRITE CHOWN DAC_OVERRIDE FOWNER FSETID KILL MKNOD NET_BIND_SERVICE SETFCAP SETGID SETPCAP SETUID SYS_CHROOT'.split(
    ' ',
  ),
);

function capabilities({ spec }: Subject): Violation | undefined {
  const added = addedBut(spec, (capability) => ordinaryCapabilities.has(capability));
  return added === undefined ? undefined : { reason: 'non-default capabilities', detail: added };
}

/** What is said of capabilities that containers add, other than those that may be. */
export function addedBut(spec: PodSpec, mayBe: (capability: string) => boolean): string | undefined {
  const addedBy = (c: AnyContainer) =>
    (c.securityContext?.capabilities?.add ?? []).filter((capability) => !mayBe(capability));
  const bad = containersOf(spec).filter((c) => addedBy(c).length);
  if (!bad.length) return undefined;
  return `${named(bad)} must not include ${quotedList(sortedSet(bad.flatMap(addedBy)))} in securityContext.capabilities.add`;
}

function hostNamespaces({ spec }: Subject): Violation | undefined {
  const shared = (['hostNetwork', 'hostPID', 'hostIPC'] as const).filter((name) => spec[name]);
  if (!shared.length) return undefined;
  return { reason: 'host namespaces', detail: shared.map((name) => `${name}=true`).join(', ') };
}

function hostPaths({ spec }: Subject): Violation | undefined {
  const bad = (spec.volumes ?? []).filter((v) => v.hostPath).map((v) => v.name);
  if (!bad.length) return undefined;
  return { reason: 'hostPath volumes', detail: `${plural('volume', 'volumes', bad.length)} ${quotedList(bad)}` };
}

function hostPorts({ spec }: Subject): Violation | undefined {
  const usedBy = (c: AnyContainer) => (c.ports ?? []).flatMap((p) => p.hostPort || []);
  const bad = containersOf(spec).filter((c) => usedBy(c).length);
  if (!bad.length) return undefined;
  const ports = sortedSet(bad.flatMap(usedBy).map(String));
  const use = plural('uses', 'use', bad.length);
  return {
    reason: 'hostPort',
    detail: `${named(bad)} ${use} ${plural('hostPort', 'hostPorts', ports.length)} ${ports.join(', ')}`,
  };
}

/** A probe of another host is a request in the name of the node. */
function probedHosts({ spec }: Subject): Violation | undefined {
  const hostsOf = ({ livenessProbe, readinessProbe, startupProbe, lifecycle }: AnyContainer) =>
    [livenessProbe, readinessProbe, startupProbe, lifecycle?.postStart, lifecycle?.preStop].flatMap((handler) =>
      [handler?.httpGet?.host, handler?.tcpSocket?.host].flatMap((host) => host || []),
    );
  const bad = containersOf(spec).filter((c) => hostsOf(c).length);
  if (!bad.length) return undefined;
  const names = sortedSet(bad.map((c) => c.name));
  const hosts = sortedSet(bad.flatMap(hostsOf));
  const who = `${plural('container', 'containers', names.length)} ${quotedList(names)} ${plural('uses', 'use', names.length)}`;
  const what = plural('probe or lifecycle host', 'probe or lifecycle hosts', hosts.length);
  return { reason: 'probe or lifecycle host', detail: `${who} ${what} ${quotedList(hosts)}` };
}

function privileged({ spec }: Subject): Violation | undefined {
  const bad = containersOf(spec).filter((c) => c.securityContext?.privileged);
  if (!bad.length) return undefined;
  return { reason: 'privileged', detail: `${named(bad)} must not set securityContext.privileged=true` };
}

export function procMount({ spec }: Subject): Violation | undefined {
  const bad = containersOf(spec).filter((c) => (c.securityContext?.procMount ?? 'Default') !== 'Default');
  if (!bad.length) return undefined;
  const types = sortedSet(bad.map((c) => c.securityContext!.procMount!));
  return {
    reason: 'procMount',
    detail: `${named(bad)} must not set securityContext.procMount to ${quotedList(types)}`,
  };
}

function seLinux(allowed: readonly string[]): Look {
  return ({ spec }) => {
    const isBad = (o: { type?: string; user?: string; role?: string } | undefined): boolean =>
      o !== undefined && (!allowed.includes(o.type ?? '') || Boolean(o.user) || Boolean(o.role));
    const bad = containersOf(spec).filter((c) => isBad(c.securityContext?.seLinuxOptions));
    const ofPod = spec.securityContext?.seLinuxOptions;
    const options = [...(isBad(ofPod) ? [ofPod!] : []), ...bad.map((c) => c.securityContext!.seLinuxOptions!)];
    if (!options.length) return undefined;
    const types = sortedSet(options.map((o) => o.type ?? '').filter((type) => !allowed.includes(type)));
    const what = [
      ...(types.length ? [`${plural('type', 'types', types.length)} ${quotedList(types)}`] : []),
      ...(options.some((o) => o.user) ? ['user may not be set'] : []),
      ...(options.some((o) => o.role) ? ['role may not be set'] : []),
    ];
    return {
      reason: 'seLinuxOptions',
      detail: `${setters(isBad(ofPod), bad)} set forbidden securityContext.seLinuxOptions: ${what.join('; ')}`,
    };
  };
}

/** Before there was a field for it. */
function seccompAnnotations({ spec, annotations }: Subject): Violation | undefined {
  const keys = [
    'seccomp.security.alpha.kubernetes.io/pod',
    ...containersOf(spec).map((c) => `container.seccomp.security.alpha.kubernetes.io/${c.name}`),
  ];
  const isFine = (value: string): boolean =>
    value === 'runtime/default' || value === 'docker/default' || value.startsWith('localhost/');
  const bad = sortedSet(
    keys.flatMap((key) => {
      const value = annotations[key];
      return value === undefined || isFine(value) ? [] : [`${key}=${JSON.stringify(value)}`];
    }),
  );
  if (!bad.length) return undefined;
  const what = plural('annotation', 'annotations', bad.length);
  return { reason: 'seccompProfile', detail: `forbidden ${what} ${bad.join(', ')}` };
}

export function seccomp({ spec }: Subject): Violation | undefined {
  const typeOf = (c: AnyContainer) => c.securityContext?.seccompProfile?.type;
  const ofPod = spec.securityContext?.seccompProfile?.type;
  const badPod = ofPod !== undefined && !isConfined(ofPod);
  const bad = containersOf(spec).filter((c) => !isConfined(typeOf(c) ?? 'RuntimeDefault'));
  if (!badPod && !bad.length) return undefined;
  const values = sortedSet([...(badPod ? [ofPod] : []), ...bad.map((c) => typeOf(c)!)]);
  return {
    reason: 'seccompProfile',
    detail: `${setters(badPod, bad)} must not set securityContext.seccompProfile.type to ${quotedList(values)}`,
  };
}

/** Those that are each pod's own. */
function allowedSysctls(): (readonly [sinceMinor: number, names: readonly string[]])[] {
  const first = [
    'kernel.shm_rmid_forced',
    'net.ipv4.ip_local_port_range',
    'net.ipv4.tcp_syncookies',
    'net.ipv4.ping_group_range',
    'net.ipv4.ip_unprivileged_port_start',
  ];
  const reserved = [...first, 'net.ipv4.ip_local_reserved_ports'];
  const keepAlive = ['keepalive_time', 'fin_timeout', 'keepalive_intvl', 'keepalive_probes'];
  const timed = [...reserved, ...keepAlive.map((name) => `net.ipv4.tcp_${name}`)];
  return [
    [0, first],
    [27, reserved],
    [29, timed],
    [32, [...timed, 'net.ipv4.tcp_rmem', 'net.ipv4.tcp_wmem']],
  ];
}

function sysctls(allowed: readonly string[]): Look {
  return ({ spec }) => {
    const bad = (spec.securityContext?.sysctls ?? []).map((s) => s.name).filter((name) => !allowed.includes(name));
    return bad.length ? { reason: 'forbidden sysctls', detail: bad.join(', ') } : undefined;
  };
}

function hostProcess({ spec }: Subject): Violation | undefined {
  const ofPod = spec.securityContext?.windowsOptions?.hostProcess ?? false;
  const bad = containersOf(spec).filter((c) => c.securityContext?.windowsOptions?.hostProcess);
  if (!ofPod && !bad.length) return undefined;
  return {
    reason: 'hostProcess',
    detail: `${setters(ofPod, bad)} must not set securityContext.windowsOptions.hostProcess=true`,
  };
}
