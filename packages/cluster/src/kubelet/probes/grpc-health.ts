import { Client, credentials, status as grpcStatus } from '@grpc/grpc-js';
import type { Clock } from '@tiphys/sdk/runtime';
import { goDuration } from '../containers/go-duration.ts';

export interface HealthCall {
  readonly address: string;
  readonly service: string;
  readonly timeoutMs: number;
}

const serving = 1;
const statusNames = ['UNKNOWN', 'SERVING', 'NOT_SERVING', 'SERVICE_UNKNOWN'];

/** Asks a server by the standard gRPC health protocol; resolves to what is wrong, undefined when it serves. */
export async function checkGrpcHealth(
  call: HealthCall,
  clock: Clock,
  signal: AbortSignal,
): Promise<string | undefined> {
  const { address, service, timeoutMs } = call;
  const client = new Client(address, credentials.createInsecure(), { 'grpc.primary_user_agent': 'kube-probe/1.36' });
  const deadline = clock.timeout(timeoutMs, signal);
  try {
    const status = await check(client, service, deadline);
    if (status === serving) return undefined;
    return `service unhealthy (responded with "${statusNames[status] ?? status}")`;
  } catch (err) {
    const { code, details } = err as { code?: number; details?: string };
    const within = goDuration(timeoutMs);
    if (deadline.aborted || code === grpcStatus.UNAVAILABLE) {
      return `timeout: failed to connect service "${address}" within ${within}: context deadline exceeded`;
    }
    if (code === grpcStatus.UNIMPLEMENTED) {
      return `error: this server does not implement the grpc health protocol (grpc.health.v1.Health): ${details}`;
    }
    return `error: health rpc failed: ${details ?? String(err)}`;
  } finally {
    client.close();
  }
}

function check(client: Client, service: string, signal: AbortSignal): Promise<number> {
  return new Promise((resolve, reject) => {
    const call = client.makeUnaryRequest('/grpc.health.v1.Health/Check', encode, decode, service, (err, status) => {
      signal.removeEventListener('abort', cancel);
      if (err) reject(err);
      else resolve(status ?? 0);
    });
    const cancel = () => call.cancel();
    signal.addEventListener('abort', cancel, { once: true });
  });
}

// The two messages are one field each: not worth a descriptor.

/** `HealthCheckRequest{service}`: field 1, a string. */
function encode(service: string): Buffer {
  const text = Buffer.from(service);
  if (text.length === 0) return text;
  const length = text.length < 128 ? [text.length] : [(text.length & 127) | 128, text.length >> 7];
  return Buffer.concat([Buffer.from([0x0a, ...length]), text]);
}

/** `HealthCheckResponse{status}`: field 1, an enumeration below 128; absent is 0. */
const decode = (bytes: Buffer): number => (bytes[0] === 0x08 ? (bytes[1] ?? 0) : 0);
