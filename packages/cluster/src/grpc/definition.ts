import type { ServiceDefinition } from '@grpc/grpc-js';
import { fromJSON } from '@grpc/proto-loader';
import { descriptorOf, type Service } from './message.ts';

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
