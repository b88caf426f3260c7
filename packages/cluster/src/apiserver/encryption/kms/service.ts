import type { Clock } from '@tiphys/sdk/runtime';
import { Connection, type In, type Out, type RpcClient } from '../../../grpc/index.ts';
import type { EncryptionMetrics } from '../metrics.ts';
import { keyManagementService } from './messages.ts';

type Methods = (typeof keyManagementService)['methods'];
type Request<M extends keyof Methods> = In<Methods[M]['request']>;
type Response<M extends keyof Methods> = Out<Methods[M]['response']>;

/** A key service in another process, over a socket file. */
export class KeyService {
  readonly #connection: Connection;
  readonly #client: RpcClient<typeof keyManagementService>;
  readonly #never = new AbortController().signal;
  readonly #options: { readonly name: string; readonly timeoutMs: number; readonly metrics: EncryptionMetrics };

  constructor(
    { name, endpoint, timeoutMs }: { readonly name: string; readonly endpoint: string; readonly timeoutMs: number },
    { clock, metrics }: { readonly clock: Clock; readonly metrics: EncryptionMetrics },
  ) {
    this.#connection = new Connection(`unix:${socketOf(endpoint)}`, { clock });
    this.#client = this.#connection.service(keyManagementService);
    this.#options = { name, timeoutMs, metrics };
  }

  status(): Promise<Response<'status'>> {
    return this.#called('Status', (o) => this.#client.status({}, o));
  }

  encrypt(request: Request<'encrypt'>): Promise<Response<'encrypt'>> {
    return this.#called('Encrypt', (o) => this.#client.encrypt(request, o));
  }

  decrypt(request: Request<'decrypt'>): Promise<Response<'decrypt'>> {
    return this.#called('Decrypt', (o) => this.#client.decrypt(request, o));
  }

  close(): void {
    this.#connection.close();
  }

  async #called<T>(
    method: string,
    call: (o: { readonly signal: AbortSignal; readonly timeoutMs: number }) => Promise<T>,
  ): Promise<T> {
    const { name, timeoutMs, metrics } = this.#options;
    const done = metrics.calling(name, `/v2.KeyManagementService/${method}`);
    try {
      const answer = await call({ signal: this.#never, timeoutMs });
      done();
      return answer;
    } catch (err) {
      done(err);
      throw err;
    }
  }
}

/** `unix:///path`, or `unix:///@name` for a socket without a file. */
function socketOf(endpoint: string): string {
  const path = new URL(endpoint).pathname;
  return path.startsWith('/@') ? `\0${path.slice(2)}` : decodeURIComponent(path);
}
