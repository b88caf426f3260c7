import type { CallEstimate, CallToEstimate, Overload } from '../declarations.ts';
import { exactly, scaled } from './estimates.ts';
import { perCharacter } from './functions.ts';
import { kubernetesLibraries } from './libraries.ts';

const overloads: ReadonlyMap<string, Overload> = new Map(
  kubernetesLibraries.flatMap(({ functions = [] }) => functions.flatMap((f) => f.overloads.map((o) => [o.id, o]))),
);

/** What calls of Kubernetes' functions cost, and comparing its values. */
export function kubernetesCosts(call: CallToEstimate, name: string): CallEstimate | undefined {
  if (name === '_==_') return comparing(call);
  return overloads.get(call.overload)?.estimate?.(call);
}

const cheaplyCompared = new Set([
  'net.IP',
  'net.CIDR',
  'kubernetes.Quantity',
  'kubernetes.Semver',
  'kubernetes.authorization.Authorizer',
  'kubernetes.authorization.PathCheck',
  'kubernetes.authorization.GroupCheck',
  'kubernetes.authorization.ResourceCheck',
  'kubernetes.authorization.Decision',
]);

const longestFormatName = 64;

function comparing({ args: [left, right] }: CallToEstimate): CallEstimate | undefined {
  const { name } = left!.type;
  if (name !== right!.type.name) return undefined;
  if (cheaplyCompared.has(name)) return { cost: exactly(1) };
  if (name === 'kubernetes.NamedFormat') return { cost: scaled({ min: 1, max: longestFormatName }, perCharacter) };
  if (name !== 'kubernetes.URL') return undefined;
  // Upstream looks at the right one's size alone.
  return { cost: scaled({ min: 1, max: right!.size.max }, perCharacter) };
}
