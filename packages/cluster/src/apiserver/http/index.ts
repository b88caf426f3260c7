export { listen, type Listening, type ListenOptions, type Served } from './listener.ts';
