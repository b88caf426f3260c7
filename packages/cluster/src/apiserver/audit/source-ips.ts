import { canonicalIp } from '@tiphys/sdk/machinery';
import type { ServerRequest } from '../context.ts';

type From = Pick<ServerRequest, 'headers' | 'remoteAddress' | 'objects'>;

/** Where a request came from, the farthest first: what proxies say, which may be anything, and last the address of the peer. */
export function sourceIps({ headers, remoteAddress, objects }: From): readonly string[] {
  // What comes from within the process would come from this machine.
  const remote = objects ? '127.0.0.1' : remoteAddress?.replace(/^::ffff:(?=[\d.]+$)/, '');
  const [forwarded, real] = [headers['x-forwarded-for'], headers['x-real-ip']];
  const ips = forwarded || real ? saidIps(first(forwarded), first(real)) : [];
  if (remote !== undefined && ips.at(-1) !== remote) ips.push(remote);
  return ips;
}

const first = (header: string | readonly string[] | undefined): string => String([header ?? ''].flat()[0] ?? '');

function saidIps(forwarded: string, real: string): string[] {
  const ips = forwarded.split(',').flatMap((part) => canonicalIp(part.trim()) ?? []);
  const direct = canonicalIp(real);
  if (direct !== undefined && !ips.includes(direct)) ips.push(direct);
  return ips;
}
