import type { Clock, Random } from '@tiphys/sdk/runtime';
import { type KeyPair, selfSigned } from '../pki/index.ts';
import { pemIn } from './store.ts';

/** What a component's server shows: what its flags name, or a certificate for these names that is made now. */
export function certificateOf(
  { tlsCertFile, tlsPrivateKeyFile }: { readonly tlsCertFile?: string; readonly tlsPrivateKeyFile?: string },
  names: readonly string[],
  world: { clock: Clock; random: Random },
): KeyPair {
  if (tlsCertFile && tlsPrivateKeyFile) return { cert: pemIn(tlsCertFile), key: pemIn(tlsPrivateKeyFile) };
  return selfSigned(names, world);
}
