import { createHash } from 'node:crypto';
import type { Container } from '@tiphys/sdk/api';

/** Changes when a running container no longer is what the pod asks for. Of a running pod only the image can change so. */
export const hashOf = ({ name, image }: Container): string =>
  createHash('sha256')
    .update(`${name}\0${image ?? ''}`)
    .digest('hex')
    .slice(0, 8);
