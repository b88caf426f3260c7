export {
  listen,
  type Listening,
  type ListenOptions,
  type NamedCertificate,
  type ServingCredentials,
} from './listener.ts';
export { crossOrigin, withHeaders } from './more-headers.ts';
export type { Served } from './request.ts';
export { certificatesIn } from './client-authorities.ts';
