import type { ServiceDefinition } from '@grpc/grpc-js';
import { fromJSON } from '@grpc/proto-loader';
import { type AnyMessage, descriptorOf, type In, type Out, rpc, type Service } from './message.ts';

const made = new WeakMap<Service, ServiceDefinition>();

/** The service as grpc-js takes it, for a client or for a server's `addService`; made once. */
export function definitionOf(service: Service): ServiceDefinition {
  const known = made.get(service);
  if (known) return known;
  const all = fromJSON(descriptorOf(service), { longs: Number, enums: String, defaults: true });
  const definition = all[`${service.package}.${service.name}`] as ServiceDefinition;
  made.set(service, definition);
  return definition;
}

export interface MessageCodec<M extends AnyMessage> {
  encode(value: In<M>): Buffer;
  decode(bytes: Uint8Array): Out<M>;
}

/** A message by itself, as it is kept somewhere rather than sent. */
export function codecOf<M extends AnyMessage>(of: M): MessageCodec<M> {
  const service: Service = { package: 'kept', name: 'Keeper', methods: { keep: rpc('Keep', of, of) } };
  const { requestSerialize, requestDeserialize } = definitionOf(service)['Keep']!;
  return {
    encode: (value) => requestSerialize(value),
    decode: (bytes) => requestDeserialize(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)) as Out<M>,
  };
}
