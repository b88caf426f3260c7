import http from 'node:http';
import https from 'node:https';
import { connect } from 'node:net';
import type { Container, Probe } from '@tiphys/sdk/api';
import { type Clock, isAbort, messageOf, throwIfAborted, within } from '@tiphys/sdk/runtime';
import { type ContainerRuntime, isDeadlineExceeded } from '../cri/index.ts';
import { resolvePort } from '../../podspec/index.ts';
import { checkGrpcHealth } from './grpc-health.ts';

/** What a probe found out. `unknown`: it couldn't be made, which counts for nothing. */
export interface ProbeOutcome {
  readonly result: 'success' | 'failure' | 'unknown';
  readonly output: string;
}

export interface ProbeTarget {
  readonly runtime: ContainerRuntime;
  readonly clock: Clock;
  readonly container: Container;
  readonly containerId: string;
  readonly podIP: string;
}

const success: ProbeOutcome = { result: 'success', output: '' };
const failure = (output: string): ProbeOutcome => ({ result: 'failure', output });
const unknown = (output: string): ProbeOutcome => ({ result: 'unknown', output });
/** A command's output is told of in an event: only its beginning. */
const longestOutput = 10 * 1024;
const mostRedirects = 10;

/** Makes one probe. */
export async function runProbe(probe: Partial<Probe>, target: ProbeTarget, signal: AbortSignal): Promise<ProbeOutcome> {
  const timeoutMs = (probe.timeoutSeconds || 1) * 1000;
  const { exec, httpGet, tcpSocket, grpc } = probe;
  if (exec) return runExec(exec.command ?? [], target, timeoutMs / 1000, signal);
  if (httpGet) return runHttp(httpGet, target, timeoutMs, signal);
  if (tcpSocket) {
    const port = resolvePort(tcpSocket.port, target.container);
    if (port === undefined) return unknown(`couldn't find port: ${tcpSocket.port}`);
    return runTcp(tcpSocket.host || target.podIP, port, target.clock, timeoutMs, signal);
  }
  if (grpc) {
    const call = { address: join(target.podIP, grpc.port), service: grpc.service ?? '', timeoutMs };
    const problem = await checkGrpcHealth(call, target.clock, signal);
    return problem === undefined ? success : failure(problem);
  }
  return unknown('missing probe handler');
}

async function runExec(
  command: readonly string[],
  { runtime, containerId }: ProbeTarget,
  timeoutSeconds: number,
  signal: AbortSignal,
): Promise<ProbeOutcome> {
  try {
    const { stdout, stderr, exitCode } = await runtime.execSync(containerId, command, { timeoutSeconds, signal });
    const output = Buffer.concat([stdout, stderr]).toString('utf8').slice(0, longestOutput);
    return exitCode === 0 ? success : failure(output);
  } catch (err) {
    if (isAbort(err)) throw err;
    const quoted = JSON.stringify(command.join(' '));
    if (isDeadlineExceeded(err)) return failure(`command timed out: ${quoted} timed out after ${timeoutSeconds}s`);
    return unknown(`rpc error: ${messageOf(err)}`);
  }
}

type HttpGet = NonNullable<Probe['httpGet']>;

async function runHttp(
  get: HttpGet,
  target: ProbeTarget,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<ProbeOutcome> {
  const port = resolvePort(get.port, target.container);
  if (port === undefined) return unknown(`couldn't find port: ${get.port}`);
  const scheme = (get.scheme ?? 'HTTP').toLowerCase();
  const path = get.path || '/';
  const url = `${scheme}://${join(get.host || target.podIP, port)}${path.startsWith('/') ? '' : '/'}${path}`;
  return within(
    target.clock,
    timeoutMs,
    async (deadline) => {
      try {
        const status = await follow(url, headersOf(get), deadline);
        return status >= 200 && status < 400 ? success : failure(`HTTP probe failed with statuscode: ${status}`);
      } catch (err) {
        throwIfAborted(signal);
        const late = 'context deadline exceeded (Client.Timeout exceeded while awaiting headers)';
        return failure(`Get "${url}": ${deadline.aborted ? late : dialError(err, get.host || target.podIP, port)}`);
      }
    },
    signal,
  );
}

/** What an HTTP action sends: the pod's own headers win, a `Host` among them too. */
function headersOf({ httpHeaders = [] }: Pick<HttpGet, 'httpHeaders'>): Record<string, string> {
  const headers: Record<string, string> = { 'user-agent': 'kube-probe/1.36', accept: '*/*', connection: 'close' };
  for (const { name, value } of httpHeaders) headers[name.toLowerCase()] = value;
  return headers;
}

/** Redirects are followed on the same host; to another one they are as good as an answer. */
async function follow(url: string, headers: Record<string, string>, signal: AbortSignal): Promise<number> {
  let at = new URL(url);
  for (let hop = 0; hop <= mostRedirects; hop++) {
    const { status, location } = await fetchOnce(at, headers, signal);
    if (status < 300 || status >= 400 || !location) return status;
    const next = new URL(location, at);
    if (next.hostname !== at.hostname) return status;
    at = next;
  }
  throw new Error(`stopped after ${mostRedirects} redirects`);
}

function fetchOnce(
  url: URL,
  headers: Record<string, string>,
  signal: AbortSignal,
): Promise<{ status: number; location: string | undefined }> {
  return new Promise((resolve, reject) => {
    const start = url.protocol === 'https:' ? https.request : http.request;
    // The certificate is the pod's own business.
    const request = start(url, { headers, signal, rejectUnauthorized: false, agent: false }, (message) => {
      resolve({ status: message.statusCode ?? 0, location: message.headers.location });
      message.destroy();
    });
    request.once('error', reject);
    request.end();
  });
}

function runTcp(
  host: string,
  port: number,
  clock: Clock,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<ProbeOutcome> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    const end = (outcome: ProbeOutcome) => {
      cancel();
      signal.removeEventListener('abort', stop);
      socket.destroy();
      resolve(outcome);
    };
    const stop = () => end(unknown('stopped'));
    const cancel = clock.after(timeoutMs, () => end(failure(`dial tcp ${join(host, port)}: i/o timeout`)));
    signal.addEventListener('abort', stop, { once: true });
    socket.once('connect', () => end(success));
    socket.once('error', (err) => end(failure(dialError(err, host, port))));
  });
}

/** A failed connection as Go words it. */
export function dialError(err: unknown, host: string, port: number): string {
  const reasons: Readonly<Record<string, string>> = {
    ECONNREFUSED: 'connection refused',
    EHOSTUNREACH: 'no route to host',
    ENETUNREACH: 'network is unreachable',
    ETIMEDOUT: 'connection timed out',
  };
  const { code = '' } = err as NodeJS.ErrnoException;
  const reason = reasons[code];
  if (reason) return `dial tcp ${join(host, port)}: connect: ${reason}`;
  return code === 'ECONNRESET' ? 'EOF' : messageOf(err);
}

const join = (host: string, port: number) => (host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`);
