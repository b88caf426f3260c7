import type { Pod } from '@tiphys/sdk/api';
import { badRequest } from '@tiphys/sdk/machinery';

/** The container that is meant, which may be left open where a pod has only one. */
export function chosenContainer({ metadata, spec }: Pod, asked: string): string {
  const { name = '' } = metadata;
  const all = [...(spec.initContainers ?? []), ...spec.containers, ...(spec.ephemeralContainers ?? [])];
  if (asked) {
    if (!all.some((c) => c.name === asked)) throw badRequest(`container ${asked} is not valid for pod ${name}`);
    return asked;
  }
  const names = spec.containers.map((c) => c.name);
  if (names.length === 1) return names[0]!;
  let why = `a container name must be specified for pod ${name}`;
  if (names.length > 1) why += `, choose one of: [${all.map((c) => c.name).join(' ')}]`;
  throw badRequest(why);
}
