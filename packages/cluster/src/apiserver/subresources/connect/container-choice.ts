import type { Pod } from '@tiphys/sdk/api';
import { badRequest } from '@tiphys/sdk/machinery';

/** The container that is meant, which may be left open where a pod has only one. */
export function chosenContainer({ metadata, spec }: Pod, asked: string): string {
  const { name = '' } = metadata;
  const init = spec.initContainers ?? [];
  if (asked) {
    const all = [...init, ...spec.containers, ...(spec.ephemeralContainers ?? [])];
    if (!all.some((c) => c.name === asked)) throw badRequest(`container ${asked} is not valid for pod ${name}`);
    return asked;
  }
  const names = spec.containers.map((c) => c.name);
  if (names.length === 1) return names[0]!;
  let why = `a container name must be specified for pod ${name}`;
  if (names.length > 1) {
    why += `, choose one of: [${names.join(' ')}]`;
    if (init.length) why += ` or one of the init containers: [${init.map((c) => c.name).join(' ')}]`;
  }
  throw badRequest(why);
}
