import type { Service } from '@tiphys/sdk/api';

/** The server's own service, which every pod is told of. */
const master = { namespace: 'default', name: 'kubernetes' };

export type Variables = Map<string, string>;

/** The variables by which pods find services without DNS: those of their namespace, unless they don't want the links. */
export function serviceEnvironment(services: readonly Service[], namespace: string, wantsLinks: boolean): Variables {
  const named = new Map<string, Service>();
  for (const s of services) {
    if (!hasAddress(s)) continue;
    const { namespace: where, name = '' } = s.metadata;
    if (where === namespace && wantsLinks) named.set(name, s);
    else if (where === master.namespace && name === master.name && !named.has(name)) named.set(name, s);
  }
  const out: Variables = new Map();
  for (const s of named.values()) addService(out, s);
  return out;
}

const hasAddress = ({ spec }: Service) => Boolean(spec.clusterIP) && spec.clusterIP !== 'None';

function addService(out: Variables, { metadata, spec }: Service): void {
  const prefix = variableName(metadata.name ?? '');
  const host = spec.clusterIP!;
  const ports = spec.ports ?? [];
  out.set(`${prefix}_SERVICE_HOST`, host);
  const [first] = ports;
  if (!first) return;
  out.set(`${prefix}_SERVICE_PORT`, String(first.port));
  for (const { name, port } of ports) if (name) out.set(`${prefix}_SERVICE_PORT_${variableName(name)}`, String(port));
  const bracketed = host.includes(':') ? `[${host}]` : host;
  for (const { protocol = 'TCP', port } of ports) {
    const lower = protocol.toLowerCase();
    const url = `${lower}://${bracketed}:${port}`;
    const link = `${prefix}_PORT_${port}_${protocol}`;
    if (port === first.port && protocol === (first.protocol ?? 'TCP')) out.set(`${prefix}_PORT`, url);
    out.set(link, url);
    out.set(`${link}_PROTO`, lower);
    out.set(`${link}_PORT`, String(port));
    out.set(`${link}_ADDR`, host);
  }
}

const variableName = (name: string) => name.replaceAll('-', '_').toUpperCase();
