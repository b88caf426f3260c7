import { PassThrough } from 'node:stream';
import type { ContainerStatus, Pod } from '@tiphys/sdk/api';
import type { Informer } from '@tiphys/sdk/cache';
import { badRequest, notFound } from '@tiphys/sdk/machinery';
import type { Clock } from '@tiphys/sdk/runtime';
import {
  type ContainerRef,
  type ExecSession,
  exitedWith,
  type LogOptions,
  type PodRef,
  type StreamingBackend,
  type TerminalStreams,
} from '../../streaming/index.ts';
import { type CommandIo, runCommand } from './commands.ts';
import { simulatedService } from './service.ts';

/** What kubectl's logs, exec, attach and port-forward find in a container that isn't there: little, but of the right kind. */
export function simBackend({ pods, clock }: { pods: Informer<Pod>; clock: Clock }): StreamingBackend {
  const podOf = ({ namespace, pod }: PodRef): Pod => {
    const found = pods.get(namespace, pod);
    if (!found) throw notFound({ group: '', resource: 'pods' }, pod);
    return found;
  };
  const running = (target: ContainerRef): Pod => {
    const pod = podOf(target);
    if (!statusOf(pod, target.container)?.state?.running) {
      throw badRequest(`container not found ("${target.container}")`);
    }
    return pod;
  };
  return {
    async logs(target, options) {
      const pod = podOf(target);
      const status = statusOf(pod, target.container);
      if (!status?.state?.running && !status?.state?.terminated && !status?.lastState?.terminated)
        throw badRequest(`container "${target.container}" in pod "${target.pod}" is waiting to start`);
      if (options.previous && !status.lastState?.terminated) {
        throw badRequest(`previous terminated container "${target.container}" in pod "${target.pod}" not found`);
      }
      return logs({ pod, status, pods, clock }, target.container, options);
    },
    async exec(target, command, o) {
      const pod = running(target);
      return session((io) => runCommand(command, io, { pod, container: target.container, clock }), o);
    },
    async attach(target, o) {
      const pod = running(target);
      return session((io) => runCommand(['cat'], io, { pod, container: target.container, clock }), o);
    },
    async portForward(target) {
      const pod = podOf(target);
      return { connect: (port) => simulatedService(pod, port), close: () => undefined };
    },
  };
}

function statusOf({ status }: Pod, name: string): ContainerStatus | undefined {
  const { containerStatuses = [], initContainerStatuses = [], ephemeralContainerStatuses = [] } = status ?? {};
  return [containerStatuses, initContainerStatuses, ephemeralContainerStatuses].flat().find((s) => s.name === name);
}

interface LogSource {
  readonly pod: Pod;
  readonly status: ContainerStatus;
  readonly pods: Informer<Pod>;
  readonly clock: Clock;
}

/** What the container did, a line for each thing; who follows waits for its end. */
async function* logs(
  { pod, status, pods }: LogSource,
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
  const { exitCode, finishedAt } = await endOf(pod, container, pods, options.signal);
  if (exitCode !== undefined) yield print([finishedAt ?? startedAt, `exited with code ${exitCode}`]);
}

type End = { readonly exitCode?: number; readonly finishedAt?: string | null };

/** How the container ended; nothing when its pod went away with it, or when nobody listens any more. */
function endOf(pod: Pod, container: string, pods: Informer<Pod>, signal: AbortSignal): Promise<End> {
  return new Promise((resolve) => {
    const done = (end: End = {}) => {
      stop();
      signal.removeEventListener('abort', onAbort);
      resolve(end);
    };
    const onAbort = () => done();
    const stop = pods.on((next, old) => {
      if ((next ?? old)!.metadata.uid !== pod.metadata.uid) return;
      const status = next && statusOf(next, container);
      // Handlers are called from within `on` too, before there is a way to stop.
      if (!status?.state?.running)
        queueMicrotask(() => done(status?.state?.terminated ?? status?.lastState?.terminated));
    });
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) done();
  });
}

function session(run: (io: CommandIo) => Promise<number>, o: TerminalStreams): ExecSession {
  const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()];
  const controller = new AbortController();
  if (!o.stdin) stdin.end();
  if (!o.stdout) stdout.resume();
  if (!o.stderr) stderr.resume();
  const io = { stdin, stdout, stderr: o.tty ? stdout : stderr, tty: o.tty ?? false, signal: controller.signal };
  const status = run(io)
    .then(exitedWith, () => exitedWith(137))
    .finally(() => {
      stdout.end();
      stderr.end();
    });
  return {
    ...(o.stdin && { stdin }),
    ...(o.stdout && { stdout }),
    ...(o.stderr && !o.tty && { stderr }),
    resize: () => undefined,
    status,
    close() {
      controller.abort();
      for (const s of [stdin, stdout, stderr]) s.destroy();
    },
  };
}
