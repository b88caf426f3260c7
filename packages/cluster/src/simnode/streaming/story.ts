import type { ContainerStatus } from '@tiphys/sdk/api';
import type { LogOptions } from '../../streaming/index.ts';
import { endOf, type PodAmong } from './end-of.ts';

/** The log of a container whose program isn't simulated: what became of it, a line for each thing; who follows waits for its end. */
export async function* storyOf(
  { pod, status, pods }: PodAmong & { readonly status: ContainerStatus },
  container: string,
  options: LogOptions & { signal: AbortSignal },
): AsyncIterable<Uint8Array> {
  const { metadata, spec } = pod;
  const end = options.previous
    ? status.lastState?.terminated
    : (status.state?.terminated ?? status.lastState?.terminated);
  const startedAt =
    (!options.previous && status.state?.running?.startedAt) || end?.startedAt || metadata.creationTimestamp!;
  const lines: [time: string, text: string][] = [
    [
      startedAt,
      `simulated container ${container} of pod ${metadata.namespace}/${metadata.name} on node ${spec.nodeName}`,
    ],
    [startedAt, `image ${status.image}, started ${status.restartCount + 1} time(s)`],
  ];
  const ended = !status.state?.running || options.previous;
  if (end && ended) lines.push([end.finishedAt ?? startedAt, `exited with code ${end.exitCode}`]);
  const told = lines.slice(options.tailLines === undefined ? 0 : Math.max(0, lines.length - options.tailLines));
  const print = ([time, text]: [string, string]) => Buffer.from(options.timestamps ? `${time} ${text}\n` : `${text}\n`);
  const bytes = Buffer.concat(told.map(print));
  if (bytes.length) yield options.limitBytes === undefined ? bytes : bytes.subarray(0, options.limitBytes);
  if (!options.follow || ended) return;
  const { exitCode, finishedAt } = await endOf({ pod, pods }, container, options.signal);
  if (exitCode !== undefined) yield print([finishedAt ?? startedAt, `exited with code ${exitCode}`]);
}
