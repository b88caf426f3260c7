import { createSocket } from 'node:dgram';
import { connect, isIP } from 'node:net';
import { abortError, type Clock, type Random } from '@tiphys/sdk/runtime';
import { writeQuery } from './answer-writer.ts';
import type { Query } from './message.ts';
import { MalformedMessageError, peek } from './query-reader.ts';
import { frames, framed } from './tcp-frames.ts';

export interface Upstream {
  address: string;
  port: number;
}

/** The servers that a `resolv.conf` names. */
export function upstreamsOf(resolvConf: string): Upstream[] {
  return resolvConf.split('\n').flatMap((line) => {
    const [word, address = ''] = line.trim().split(/\s+/);
    return word === 'nameserver' && isIP(address.split('%')[0]!) ? [{ address, port: 53 }] : [];
  });
}

export interface AskDeps {
  clock: Clock;
  random: Random;
  timeoutMs: number;
}

/**
 * Asks one server: by a datagram from a port and with an id that nobody can guess, and again over TCP when the answer didn't
 * fit. Rejects when no answer comes in time.
 */
export async function askUpstream(
  upstream: Upstream,
  query: Query,
  { clock, random, timeoutMs }: AskDeps,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const limit = new AbortController();
  const stop = () => limit.abort(abortError(signal));
  const cancel = clock.after(timeoutMs, () => limit.abort(new Error(`no answer within ${timeoutMs} ms`)));
  signal.addEventListener('abort', stop, { once: true });
  try {
    const question = writeQuery(random.int(0x10000), query);
    const answer = await overUdp(upstream, question, limit.signal);
    return isTruncated(answer) ? await overTcp(upstream, question, limit.signal) : answer;
  } finally {
    cancel();
    signal.removeEventListener('abort', stop);
  }
}

function overUdp({ address, port }: Upstream, question: Uint8Array, signal: AbortSignal): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const socket = createSocket(address.includes(':') ? 'udp6' : 'udp4');
    const finish = (then: () => void) => {
      signal.removeEventListener('abort', onAbort);
      socket.removeAllListeners().on('error', () => undefined);
      socket.close();
      then();
    };
    const onAbort = () => finish(() => reject(abortError(signal)));
    if (signal.aborted) return onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    socket.on('error', (err) => finish(() => reject(err)));
    socket.on('message', (message) => {
      // Anything else came from somebody who guesses.
      if (isAnswerTo(question, message)) finish(() => resolve(message));
    });
    // A callback of connect's own would be called when it fails, too.
    socket.once('connect', () => socket.send(question));
    socket.connect(port, address);
  });
}

async function overTcp({ address, port }: Upstream, question: Uint8Array, signal: AbortSignal): Promise<Uint8Array> {
  const socket = connect({ host: address, port });
  const onAbort = () => socket.destroy(abortError(signal));
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    socket.write(framed(question));
    for await (const message of frames(socket)) if (isAnswerTo(question, message)) return message;
    throw new MalformedMessageError('the connection ended without an answer');
  } finally {
    signal.removeEventListener('abort', onAbort);
    socket.destroy();
  }
}

const isTruncated = (answer: Uint8Array): boolean => (answer[2]! & 0x02) !== 0;

/** Whether the message answers this very question: same id, same name, same type and class. */
function isAnswerTo(question: Uint8Array, message: Uint8Array): boolean {
  const head = peek(message);
  if (!head?.isAnswer || head.id !== peek(question)?.id) return false;
  const asked = question.subarray(12, question.length - 11);
  const answered = message.subarray(12, 12 + asked.length);
  return Buffer.from(asked).toString('latin1').toLowerCase() === Buffer.from(answered).toString('latin1').toLowerCase();
}
