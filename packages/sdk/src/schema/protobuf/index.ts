export { decodeMessage } from './decode.ts';
export { encodeMessage } from './encode.ts';
export { type Enveloped, openEnvelope, protobufMediaType, sealEnvelope } from './envelope.ts';
