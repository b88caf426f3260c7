import { once } from 'node:events';
import { PassThrough, type Writable } from 'node:stream';
import type { Pod } from '@tiphys/sdk/api';
import type { Informer } from '@tiphys/sdk/cache';
import { badRequest, notFound } from '@tiphys/sdk/machinery';
import type { Clock } from '@tiphys/sdk/runtime';
import {
  type ContainerRef,
  type ExecSession,
  exitedWith,
  pipedSession,
  type PodRef,
  type StreamingBackend,
  type TerminalStreams,
} from '../../streaming/index.ts';
import { containerOfLog } from '../../podspec/index.ts';
import { statusOf } from '../container-life.ts';
import type { Processes, ProcessRun } from '../processes.ts';
import { type Output, type PodWorlds, type Process, refuseProgram, runProgram } from '../world/index.ts';
import { endOf } from './end-of.ts';
import { simulatedService } from './service.ts';
import { storyOf } from './story.ts';

export interface SimBackendDeps {
  readonly pods: Informer<Pod>;
  readonly processes: Processes;
  readonly worlds: PodWorlds;
  readonly clock: Clock;
}

/** What kubectl's logs, exec, attach and port-forward find in a container that isn't there: little, but of the right kind. */
export function simBackend({ pods, processes, worlds, clock }: SimBackendDeps): StreamingBackend {
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
  const runsOf = (pod: Pod, { container }: ContainerRef) => processes.of(pod.metadata.uid!, container);
  return {
    async logs(target, options) {
      const pod = podOf(target);
      containerOfLog(pod, target.container, options.previous ?? false);
      const status = statusOf(pod, target.container)!;
      const runs = runsOf(pod, target);
      // One that waits to run again has its last run's to show.
      const run = options.previous && status.state?.running ? runs?.previous : runs?.current;
      return run ? run.log.read(options) : storyOf({ pod, status, pods }, target.container, options);
    },
    async exec(target, command, o) {
      const pod = running(target);
      const { podIP, hostIP = '' } = pod.status;
      const addresses = { podIPs: podIP ? [podIP] : [], hostIPs: [hostIP] };
      const { files, hostname, env, cwd } = await worlds.of(pod, target.container, addresses, o.signal);
      const machine = { files, hostname, clock, otherProgram: refuseProgram };
      return session((io) => runProgram(command, { ...io, machine, env: new Map(env), cwd }), o);
    },
    async attach(target, o) {
      const pod = running(target);
      const run = runsOf(pod, target)?.current;
      return session(
        (io) => (run ? attached(run, io) : endOf({ pod, pods }, target.container, io.signal).then(() => 0)),
        o,
      );
    },
    async portForward(target) {
      const pod = podOf(target);
      return { connect: (port) => simulatedService(pod, port), close: () => undefined };
    },
  };
}

type Io = Pick<Process, 'stdin' | 'stdout' | 'stderr' | 'tty' | 'signal'>;

/** Hears what the process says from now on, and speaks to it, until it ends or the client goes. */
async function attached(run: ProcessRun, io: Io): Promise<number> {
  run.listeners.add(io.stdout);
  try {
    void say(io.stdin, run.stdin);
    // Its log ends with it.
    for await (const _line of run.log.read({ follow: true, tailLines: 0, signal: io.signal }));
    // Whoever is attached learns how it ended from the pod.
    return 0;
  } finally {
    run.listeners.delete(io.stdout);
  }
}

async function say(from: AsyncIterable<Uint8Array>, to: PassThrough | undefined): Promise<void> {
  try {
    for await (const chunk of from) to?.write(chunk);
  } catch {
    // The client has gone, and has nothing more to say.
  }
}

function session(run: (io: Io) => Promise<number>, o: TerminalStreams): ExecSession {
  const tty = o.tty ?? false;
  return pipedSession(async ({ stdin, stdout, stderr, signal }) => {
    const io = { stdin, stdout: outputTo(stdout, tty, signal), stderr: outputTo(stderr, tty, signal), tty, signal };
    return exitedWith(await run(io));
  }, o);
}

/** A terminal wants its lines to end with a return. */
const outputTo =
  (stream: Writable, tty: boolean, signal: AbortSignal): Output =>
  async (chunk) => {
    if (stream.destroyed) return;
    const bytes = tty ? Buffer.from(Buffer.from(chunk).toString('latin1').replace(/\r?\n/g, '\r\n'), 'latin1') : chunk;
    if (!stream.write(bytes)) await once(stream, 'drain', { signal });
  };
