import type { Readable } from 'node:stream';
import {
  type ExecSession,
  internalError,
  type SessionStatus,
  succeeded,
  type TerminalStreams,
} from '@tiphys/sdk/client';
import { spdyExecProtocols } from '../exec/spdy-channels.ts';
import { type DialOptions, dialSpdy } from './dial.ts';

/** Speaks exec or attach to the URL that a container runtime gave for it. */
export async function openSession(url: string, o: TerminalStreams & DialOptions): Promise<ExecSession> {
  const { session, protocol } = await dialSpdy(url, spdyExecProtocols, o);
  try {
    const open = (streamtype: string) => session.open({ streamtype });
    const error = await open('error');
    const stdin = o.stdin ? await open('stdin') : undefined;
    const stdout = o.stdout ? await open('stdout') : undefined;
    const stderr = o.stderr && !o.tty ? await open('stderr') : undefined;
    const resize = o.tty && /^v[34]\./.test(protocol) ? await open('resize') : undefined;
    // What the runtime says on streams that are only written to is nothing, but their end must be read.
    stdin?.resume();
    resize?.resume();
    const status = statusOf(error, protocol.startsWith('v4.'));
    void status.then(() => session.close());
    return {
      ...(stdin && { stdin }),
      ...(stdout && { stdout }),
      ...(stderr && { stderr }),
      resize: ({ width, height }) => void resize?.write(JSON.stringify({ Width: width, Height: height })),
      status,
      close: () => session.destroy(),
    };
  } catch (err) {
    session.destroy();
    throw err;
  }
}

async function statusOf(error: Readable, isJson: boolean): Promise<SessionStatus> {
  const pieces: Buffer[] = [];
  try {
    for await (const piece of error) pieces.push(piece as Buffer);
  } catch (err) {
    return internalError(`the connection to the container runtime broke: ${(err as Error).message}`);
  }
  const text = Buffer.concat(pieces).toString('utf8');
  if (!isJson) return text ? internalError(text) : succeeded;
  try {
    return JSON.parse(text) as SessionStatus;
  } catch {
    return internalError(`error stream protocol error: ${JSON.stringify(text)}`);
  }
}
