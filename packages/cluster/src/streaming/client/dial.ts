import http from 'node:http';
import https from 'node:https';
import type { Duplex } from 'node:stream';
import { abortError } from '@tiphys/sdk/runtime';
import { SpdySession } from '../spdy/index.ts';
import { PatientSocket } from './patient-socket.ts';

export interface DialOptions {
  /** Gives up dialling, and later ends the connection. */
  readonly signal: AbortSignal;
}

const longestRefusal = 64 * 1024;

/** Opens a SPDY connection to a streaming URL of a container runtime. Rejects with what the runtime says when it refuses. */
export async function dialSpdy(
  url: string,
  protocols: readonly string[],
  { signal }: DialOptions,
): Promise<{ session: SpdySession; protocol: string }> {
  const { socket, headers } = await upgrade(url, protocols, signal);
  const session = new SpdySession(socket, { side: 'client' });
  const onAbort = () => session.destroy();
  signal.addEventListener('abort', onAbort, { once: true });
  void session.ended.then(() => signal.removeEventListener('abort', onAbort));
  if (signal.aborted) onAbort();
  return { session, protocol: String(headers['x-stream-protocol-version'] ?? '') };
}

function createConnection({ host, port }: http.ClientRequestArgs): PatientSocket {
  return new PatientSocket().setNoDelay(true).connect(Number(port), host ?? 'localhost');
}

function upgrade(
  url: string,
  protocols: readonly string[],
  signal: AbortSignal,
): Promise<{ socket: Duplex; headers: http.IncomingHttpHeaders }> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(abortError(signal));
    const isSecure = url.startsWith('https:');
    const start = isSecure ? https.request : http.request;
    const request = start(url, {
      ...(isSecure ? { agent: false } : { createConnection }),
      method: 'POST',
      // Runtimes serve on loopback, under a certificate of their own making when they have one.
      rejectUnauthorized: false,
      headers: { connection: 'Upgrade', upgrade: 'SPDY/3.1', 'x-stream-protocol-version': [...protocols] },
    });
    const onAbort = () => void request.destroy(abortError(signal));
    signal.addEventListener('abort', onAbort, { once: true });
    request.once('close', () => signal.removeEventListener('abort', onAbort));
    request.once('error', reject);
    request.once('response', (message) => {
      let text = '';
      message.setEncoding('utf8');
      message.on('data', (piece: string) => {
        if (text.length < longestRefusal) text += piece;
      });
      message.once('error', reject);
      message.once('end', () =>
        reject(new Error(text.trim() || `unable to upgrade connection: ${message.statusCode}`)),
      );
    });
    request.once('upgrade', ({ headers }, socket: Duplex, head: Buffer) => {
      if (head.length) socket.unshift(head);
      resolve({ socket, headers });
    });
    request.end();
  });
}
