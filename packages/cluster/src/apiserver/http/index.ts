export { listen, type Listening, type ListenOptions } from './listener.ts';
export type { Served } from './request.ts';
export { certificatesIn } from './client-authorities.ts';
