import { field, type FieldError, invalid } from '@tiphys/sdk/machinery';

/** From what lets everything pass to what lets little. */
export const levels = ['privileged', 'baseline', 'restricted'] as const;
export type Level = (typeof levels)[number];

/** The minor of the version that a standard is taken from. */
export type StandardVersion = number | 'latest';

export interface Standard {
  readonly level: Level;
  readonly version: StandardVersion;
}

/** What a namespace's pods are held to: refused, noted, or told to who writes them. */
export interface Policy {
  readonly enforce: Standard;
  readonly audit: Standard;
  readonly warn: Standard;
}

export const standardText = ({ level, version }: Standard): string =>
  `${level}:${version === 'latest' ? version : `v1.${version}`}`;

export const isStricter = (a: Level, b: Level): boolean => levels.indexOf(a) > levels.indexOf(b);

const prefix = 'pod-security.kubernetes.io/';
const modes = ['enforce', 'audit', 'warn'] as const;

/** A namespace's policy, and what is wrong with the labels that say it. What is wrong is strict where pods are refused, and lax elsewhere. */
export function policyOf(
  labels: Readonly<Record<string, string>> | undefined,
  defaults: Policy,
): { policy: Policy; errors: FieldError[] } {
  const errors: FieldError[] = [];
  // Most namespaces leave it at that.
  if (!labels || !Object.keys(labels).some((key) => key.startsWith(prefix))) return { policy: defaults, errors };
  const policy: Record<(typeof modes)[number], Standard> = { ...defaults };
  const read = <T>(name: string, parse: (text: string) => T | undefined, why: string): T | 'wrong' | undefined => {
    const text = labels[prefix + name];
    if (text === undefined) return undefined;
    const value = parse(text);
    if (value === undefined) errors.push(invalid(field('metadata', 'labels').key(prefix + name), text, why));
    return value ?? 'wrong';
  };
  for (const mode of modes) {
    const level = read(mode, levelOf, `must be one of ${levels.join(', ')}`);
    const version = read(`${mode}-version`, versionOf, 'must be "latest" or "v1.x"');
    const whenWrong: Level = mode === 'enforce' ? 'restricted' : 'privileged';
    const lent = mode === 'warn' && level === undefined ? lentTo(policy, labels) : undefined;
    policy[mode] = {
      level: (level === 'wrong' ? whenWrong : level) ?? lent?.level ?? policy[mode].level,
      version: (version === 'wrong' ? 'latest' : version) ?? lent?.version ?? policy[mode].version,
    };
  }
  return { policy, errors };
}

/** Who writes is warned of what pods will be refused for, unless the namespace says of what to warn. */
function lentTo({ enforce, warn }: Policy, labels: Readonly<Record<string, string>>): Standard | undefined {
  const said = levelOf(labels[`${prefix}enforce`] ?? '');
  return said && isStricter(said, warn.level) ? enforce : undefined;
}

export const levelOf = (text: string): Level | undefined => levels.find((level) => level === text);

export function versionOf(text: string): StandardVersion | undefined {
  if (text === 'latest') return text;
  const minor = /^v1\.(0|[1-9]\d*)$/.exec(text)?.[1];
  return minor === undefined ? undefined : Number(minor);
}
