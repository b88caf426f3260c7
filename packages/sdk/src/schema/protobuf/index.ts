export { decodeMessage } from './decode.ts';
export { encodeMessage } from './encode.ts';
export {
  type Enveloped,
  envelopeAround,
  fieldHead,
  openEnvelope,
  protobufMediaType,
  sealEnvelope,
} from './envelope.ts';
export { BackwardWriter } from './writer.ts';
