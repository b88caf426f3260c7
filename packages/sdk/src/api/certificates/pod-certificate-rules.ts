import { domainPrefixedKey, type FieldError, type Path } from '../../machinery/index.ts';
import { annotationsSize } from '../../schema/index.ts';

/** What requests for certificates of pods have in common with the volumes that they are made for. */

const hour = 60 * 60;
const seconds = { least: hour, mostForAnybody: 91 * 24 * hour, mostForOurs: 24 * hour };

/** How long a signer's certificates may hold: Kubernetes' own are more careful. */
export function lifetimeBounds(signerName: string): { least: number; most: number } {
  const [domain = ''] = signerName.split('/');
  const isOurs = domain === 'kubernetes.io' || domain.endsWith('.kubernetes.io');
  return { least: seconds.least, most: isOurs ? seconds.mostForOurs : seconds.mostForAnybody };
}

export function* userAnnotationRules(
  annotations: Readonly<Record<string, string>> | undefined,
  here: Path,
): Iterable<FieldError> {
  for (const key of Object.keys(annotations ?? {})) yield* domainPrefixedKey(key, here);
  yield* annotationsSize(annotations, here);
}
