import type { Clock, Random } from '@tiphys/sdk/runtime';
import { issue, type KeyPair } from './certificate.ts';

const day = 24 * 3_600_000;

/** A server's certificate that nobody vouches for, made anew with every start. */
export function selfSigned(names: readonly string[], { clock, random }: { clock: Clock; random: Random }): KeyPair {
  const now = clock.now();
  const [commonName = 'localhost'] = names;
  return issue({ commonName, usage: 'server', names, notBefore: now - day, notAfter: now + 365 * day }, random);
}
