import { type FieldError, forbiddenAt, notSupported, type Path } from '../../machinery/index.ts';

/** How volumes may be used, by claims and volumes alike; each with the letters that kubectl shows for it. */
const accessModes: Readonly<Record<string, string>> = {
  ReadWriteOnce: 'RWO',
  ReadOnlyMany: 'ROX',
  ReadWriteMany: 'RWX',
  ReadWriteOncePod: 'RWOP',
};
const known = Object.keys(accessModes).sort();

export const volumeModes = ['Block', 'Filesystem'];

export function* accessModesRules(modes: readonly string[], at: Path): Iterable<FieldError> {
  for (const mode of modes) if (!known.includes(mode)) yield notSupported(at, mode, known);
  const good = modes.filter((m) => known.includes(m));
  if (good.includes('ReadWriteOncePod') && good.some((m) => m !== 'ReadWriteOncePod')) {
    yield forbiddenAt(at, 'may not use ReadWriteOncePod with other access modes');
  }
}

export const accessModesText = (modes: readonly string[] | undefined): string =>
  Object.entries(accessModes)
    .flatMap(([mode, letters]) => (modes?.includes(mode) ? [letters] : []))
    .join(',');

/** Where the class of a volume or claim was said before there was a field for it. */
export const storageClassAnnotation = 'volume.beta.kubernetes.io/storage-class';
