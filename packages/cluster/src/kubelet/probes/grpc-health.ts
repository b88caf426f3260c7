import { goDuration } from '@tiphys/sdk/machinery';
import type { Clock } from '@tiphys/sdk/runtime';
import {
  Connection,
  isDeadlineExceeded,
  isUnavailable,
  isUnimplemented,
  message,
  oneOf,
  rpc,
  RpcError,
  str,
} from '../../grpc/index.ts';

export interface HealthCall {
  readonly address: string;
  readonly service: string;
  readonly timeoutMs: number;
}

/** The standard protocol by which gRPC servers tell how they do. */
export const healthService = {
  package: 'grpc.health.v1',
  name: 'Health',
  methods: {
    check: rpc(
      'Check',
      message('HealthCheckRequest', { service: [1, str] }),
      message('HealthCheckResponse', {
        status: [1, oneOf('ServingStatus', { UNKNOWN: 0, SERVING: 1, NOT_SERVING: 2, SERVICE_UNKNOWN: 3 })],
      }),
    ),
  },
} as const;

/** Asks a server how it does; resolves to what is wrong, undefined when it serves. */
export async function checkGrpcHealth(
  { address, service, timeoutMs }: HealthCall,
  clock: Clock,
  signal: AbortSignal,
): Promise<string | undefined> {
  const connection = new Connection(address, { clock, userAgent: 'kube-probe/1.36' });
  try {
    const { status } = await connection.service(healthService).check({ service }, { signal, timeoutMs });
    return status === 'SERVING' ? undefined : `service unhealthy (responded with "${status}")`;
  } catch (err) {
    if (signal.aborted || !(err instanceof RpcError)) throw err;
    if (isDeadlineExceeded(err) || isUnavailable(err)) {
      const within = goDuration(timeoutMs);
      return `timeout: failed to connect service "${address}" within ${within}: context deadline exceeded`;
    }
    if (isUnimplemented(err)) {
      return `error: this server does not implement the grpc health protocol (grpc.health.v1.Health): ${err.description}`;
    }
    return `error: health rpc failed: ${err.description}`;
  } finally {
    connection.close();
  }
}
