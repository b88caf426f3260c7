import { duplexPair, type Duplex } from 'node:stream';
import type { NodeAddress, NodeConnector } from './connector.ts';

/** Nodes whose agents live in this process are reached without sockets; all others by the connector beneath. */
export class LocalNodes implements NodeConnector {
  readonly #beneath: NodeConnector;
  readonly #accepts = new Map<string, (connection: Duplex) => void>();

  constructor(beneath: NodeConnector) {
    this.#beneath = beneath;
  }

  /** `accept` takes connections to the node's agent, which are from the API server itself. Returns how to withdraw. */
  add(name: string, accept: (connection: Duplex) => void): () => void {
    this.#accepts.set(name, accept);
    return () => {
      if (this.#accepts.get(name) === accept) this.#accepts.delete(name);
    };
  }

  async connect(node: NodeAddress, signal: AbortSignal): Promise<Duplex> {
    const accept = this.#accepts.get(node.name);
    if (!accept) return this.#beneath.connect(node, signal);
    const [near, far] = duplexPair();
    // Sockets are closed as a whole; so are the two ends of a pair, which know nothing of one another's end.
    near.once('close', () => far.destroy());
    far.once('close', () => near.destroy());
    const onAbort = () => void near.destroy();
    signal.addEventListener('abort', onAbort, { once: true });
    near.once('close', () => signal.removeEventListener('abort', onAbort));
    accept(far);
    return near;
  }
}
