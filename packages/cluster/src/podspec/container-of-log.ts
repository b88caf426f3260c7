import type { ContainerStatus, Pod } from '@tiphys/sdk/api';
import { badRequest } from '@tiphys/sdk/machinery';

/** The container whose log is meant: the one that runs, or the last that did. Throws 400 when there is none yet. */
export function containerOfLog({ metadata, status }: Pod, name: string, previous: boolean): string {
  const all = [
    ...(status.containerStatuses ?? []),
    ...(status.initContainerStatuses ?? []),
    ...(status.ephemeralContainerStatuses ?? []),
  ];
  const about = `container ${quote(name)} in pod ${quote(metadata.name ?? '')}`;
  const found = all.find((c) => c.name === name);
  if (!found) throw badRequest(`${about} is not available`);
  const id = previous ? found.lastState?.terminated?.containerID : currentId(found);
  if (id) return id.slice(id.indexOf('://') + '://'.length);
  throw badRequest(previous ? `previous terminated ${about} not found` : `${about} ${whyNone(found)}`);
}

function currentId({ containerID, state, lastState }: ContainerStatus): string | undefined {
  if (state?.running) return containerID;
  // A container whose successor couldn't be started has no id of its own.
  return state?.terminated?.containerID || lastState?.terminated?.containerID;
}

function whyNone({ state, lastState }: ContainerStatus): string {
  if (state?.terminated ?? lastState?.terminated) return 'is terminated';
  const reason = state?.waiting?.reason;
  if (reason === undefined) return 'is in an unknown state';
  const known: Readonly<Record<string, string>> = {
    ErrImagePull: "image can't be pulled",
    ImagePullBackOff: 'trying and failing to pull image',
  };
  return `is waiting to start: ${known[reason] ?? reason}`;
}

const quote = (text: string) => JSON.stringify(text);
