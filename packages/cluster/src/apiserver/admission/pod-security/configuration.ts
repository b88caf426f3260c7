import { s } from '@tiphys/sdk/schema';
import { type ConfigKind, readConfig } from '../../config-file/index.ts';
import { levelOf, levels, type Policy, type Standard, versionOf } from './policy.ts';

/** What holds where namespaces don't say, and who it doesn't hold for. */
export interface PodSecurityConfig {
  readonly defaults: Policy;
  readonly exemptions: {
    readonly usernames: readonly string[];
    readonly runtimeClasses: readonly string[];
    readonly namespaces: readonly string[];
  };
}

const text = s.str();
const defaults = s.struct('io.k8s.podsecurity.v1.PodSecurityDefaults', {
  enforce: s.zero(1, text),
  'enforce-version': s.zero(2, text),
  audit: s.zero(3, text),
  'audit-version': s.zero(4, text),
  warn: s.zero(5, text),
  'warn-version': s.zero(6, text),
});
const exemptions = s.struct('io.k8s.podsecurity.v1.PodSecurityExemptions', {
  usernames: s.zero(1, s.list(text)),
  namespaces: s.zero(2, s.list(text)),
  runtimeClasses: s.zero(3, s.list(text)),
});
const shape = s.struct('io.k8s.podsecurity.v1.PodSecurityConfiguration', {
  defaults: s.held(1, defaults),
  exemptions: s.held(2, exemptions),
});

const kinds = ['v1', 'v1beta1', 'v1alpha1'].map((version): ConfigKind<s.Out<typeof shape>> => ({
  apiVersion: `pod-security.admission.config.k8s.io/${version}`,
  kind: 'PodSecurityConfiguration',
  schema: shape,
}));

const modes = ['enforce', 'audit', 'warn'] as const;

/** Without a configuration everything may be, unless a namespace says otherwise. */
export function readPodSecurity(bytes: Uint8Array | undefined): PodSecurityConfig {
  const said: Partial<s.Out<typeof shape>> = bytes ? readConfig(bytes, kinds) : {};
  const problems: string[] = [];
  const standards = modes.map((mode): readonly [string, Standard] => {
    const level = levelOf(said.defaults?.[mode] ?? 'privileged');
    const version = versionOf(said.defaults?.[`${mode}-version`] ?? 'latest');
    if (level === undefined) problems.push(`${mode}: must be one of ${levels.join(', ')}`);
    if (version === undefined) problems.push(`${mode}-version: must be "latest" or "v1.x"`);
    return [mode, { level: level ?? 'restricted', version: version ?? 'latest' }];
  });
  if (problems.length) {
    const all = problems.length === 1 ? problems[0] : `[${problems.join(', ')}]`;
    throw new Error(`PodSecurity configuration error: ${all}`);
  }
  const { usernames = [], runtimeClasses = [], namespaces = [] } = said.exemptions ?? {};
  return {
    defaults: Object.fromEntries(standards) as unknown as Policy,
    exemptions: { usernames, runtimeClasses, namespaces },
  };
}
