import {
  type AnyContainer,
  type Check,
  containersOf,
  hasOwnUsers,
  isWindows,
  type Look,
  named,
  plural,
  quotedList,
  setters,
  sortedSet,
  type Subject,
  type Violation,
} from './check.ts';
import { addedBut, procMount, seccomp } from './baseline-checks.ts';

/** What a careful application does without. */
export const restrictedChecks: readonly Check[] = [
  {
    id: 'allowPrivilegeEscalation',
    versions: [
      [8, privilegeEscalation],
      [25, elsewhere(privilegeEscalation)],
    ],
  },
  {
    id: 'capabilities_restricted',
    versions: [
      [22, capabilities],
      [25, elsewhere(capabilities)],
    ],
    overrides: ['capabilities_baseline'],
  },
  { id: 'procMount_restricted', versions: [[35, procMount]], overrides: ['procMount'] },
  { id: 'restrictedVolumes', versions: [[0, volumes]], overrides: ['hostPathVolumes'] },
  {
    id: 'runAsNonRoot',
    versions: [
      [0, nonRoot],
      [35, withHostUsers(nonRoot)],
    ],
  },
  {
    id: 'runAsUser',
    versions: [
      [23, notAsRoot],
      [35, withHostUsers(notAsRoot)],
    ],
  },
  {
    id: 'seccompProfile_restricted',
    versions: [
      [19, confined],
      [25, elsewhere(confined)],
    ],
    overrides: ['seccompProfile_baseline'],
  },
];

/** What only Linux has isn't asked of Windows. */
function elsewhere(look: Look): Look {
  return (subject) => (isWindows(subject) ? undefined : look(subject));
}

function withHostUsers(look: Look): Look {
  return (subject) => (hasOwnUsers(subject) ? undefined : look(subject));
}

function privilegeEscalation({ spec }: Subject): Violation | undefined {
  const bad = containersOf(spec).filter((c) => c.securityContext?.allowPrivilegeEscalation !== false);
  if (!bad.length) return undefined;
  return {
    reason: 'allowPrivilegeEscalation != false',
    detail: `${named(bad)} must set securityContext.allowPrivilegeEscalation=false`,
  };
}

function capabilities({ spec }: Subject): Violation | undefined {
  const keeping = containersOf(spec).filter((c) => !c.securityContext?.capabilities?.drop?.includes('ALL'));
  const added = addedBut(spec, (capability) => capability === 'NET_BIND_SERVICE');
  const details = [
    ...(keeping.length ? [`${named(keeping)} must set securityContext.capabilities.drop=["ALL"]`] : []),
    ...(added ? [added] : []),
  ];
  return details.length ? { reason: 'unrestricted capabilities', detail: details.join('; ') } : undefined;
}

const allowedVolumes = [
  'configMap',
  'csi',
  'downwardAPI',
  'emptyDir',
  'ephemeral',
  'image',
  'persistentVolumeClaim',
  'projected',
  'secret',
];

function volumes({ spec }: Subject): Violation | undefined {
  const typeOf = (volume: object): string => Object.keys(volume).find((name) => name !== 'name') ?? 'unknown';
  const bad = (spec.volumes ?? []).filter((v) => !allowedVolumes.some((type) => type in v));
  if (!bad.length) return undefined;
  const types = sortedSet(bad.map(typeOf));
  const who = `${plural('volume', 'volumes', bad.length)} ${quotedList(bad.map((v) => v.name))}`;
  const what = plural('restricted volume type', 'restricted volume types', types.length);
  return {
    reason: 'restricted volume types',
    detail: `${who} ${plural('uses', 'use', bad.length)} ${what} ${quotedList(types)}`,
  };
}

/** Said wrong somewhere, or not said of some container at all. */
function nonRoot({ spec }: Subject): Violation | undefined {
  const saidBy = (c: AnyContainer) => c.securityContext?.runAsNonRoot;
  const ofPod = spec.securityContext?.runAsNonRoot;
  const all = containersOf(spec);
  const wrong = all.filter((c) => saidBy(c) === false);
  const silent = all.filter((c) => saidBy(c) === undefined);
  const reason = 'runAsNonRoot != true';
  if (ofPod === false || wrong.length) {
    return { reason, detail: `${setters(ofPod === false, wrong)} must not set securityContext.runAsNonRoot=false` };
  }
  if (ofPod || !silent.length) return undefined;
  return { reason, detail: `pod or ${named(silent)} must set securityContext.runAsNonRoot=true` };
}

function notAsRoot({ spec }: Subject): Violation | undefined {
  const ofPod = spec.securityContext?.runAsUser === 0;
  const bad = containersOf(spec).filter((c) => c.securityContext?.runAsUser === 0);
  if (!ofPod && !bad.length) return undefined;
  return { reason: 'runAsUser=0', detail: `${setters(ofPod, bad)} must not set runAsUser=0` };
}

function confined(subject: Subject): Violation | undefined {
  const wrong = seccomp(subject);
  if (wrong) return wrong;
  const { spec } = subject;
  if (spec.securityContext?.seccompProfile) return undefined;
  const silent = containersOf(spec).filter((c) => !c.securityContext?.seccompProfile);
  if (!silent.length) return undefined;
  return {
    reason: 'seccompProfile',
    detail: `pod or ${named(silent)} must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost"`,
  };
}
