import type { EndpointSlice, Service } from '@tiphys/sdk/api';
import { quoted } from '@tiphys/sdk/machinery';
import type { UserInfo } from '../context.ts';
import { ask, type AskDeps } from './ask.ts';
import { hostOf } from './forward.ts';
import type { ForwardedApi } from './forwarded-apis.ts';

/** What the `Available` condition of an APIService says. */
export interface Verdict {
  readonly status: 'True' | 'False';
  readonly reason: string;
  readonly message: string;
}

export const passed: Verdict = { status: 'True', reason: 'Passed', message: 'all checks passed' };
export const local: Verdict = { status: 'True', reason: 'Local', message: 'Local APIServices are always available' };

/** Why nobody can be there; undefined when somebody may be. */
export function absence(
  { service: { namespace, name, port } }: Pick<ForwardedApi, 'service'>,
  { service, slices }: { readonly service: Service | undefined; readonly slices: readonly EndpointSlice[] },
): Verdict | undefined {
  const no = (reason: string, message: string): Verdict => ({ status: 'False', reason, message });
  const it = `service/${name} in ${quoted(namespace)}`;
  if (!service) return no('ServiceNotFound', `${it} is not present`);
  if (service.spec.type !== 'ClusterIP') return undefined;
  const found = service.spec.ports?.find((p) => p.port === port);
  if (!found) return no('ServicePortError', `${it} is not listening on port ${port}`);
  if (!slices.length) return no('EndpointsNotFound', `cannot find endpointslices for ${it}`);
  const { name: portName = '' } = found;
  if (slices.some((slice) => hasReady(slice, portName))) return undefined;
  return no('MissingEndpoints', `endpointslices for ${it} have no addresses with port name ${quoted(portName)}`);
}

const hasReady = ({ endpoints, ports }: EndpointSlice, name: string): boolean =>
  (ports ?? []).some((p) => p.name === name && p.port !== undefined) &&
  (endpoints ?? []).some(({ conditions }) => conditions?.ready ?? true);

const aggregator: UserInfo = { name: 'system:kube-aggregator', groups: ['system:masters'], extra: {} };
/** Of a service with many endpoints one may be down; so many are tried at once, and one that answers is enough. */
const attempts = 5;
const withinMs = 5000;

/** Asks who serves an API for what it must have: its discovery. */
export async function discoveryCheck(deps: AskDeps, api: ForwardedApi): Promise<Verdict> {
  const problems: string[] = [];
  const tries = Array.from({ length: attempts }, () =>
    attempt(deps, api).catch((err: unknown) => {
      problems.push((err as Error).message);
      throw err;
    }),
  );
  try {
    await Promise.any(tries);
    return passed;
  } catch {
    // Of all that went wrong what was heard last is told.
    return { status: 'False', reason: 'FailedDiscoveryCheck', message: problems.at(-1) ?? '' };
  }
}

async function attempt(deps: AskDeps, api: ForwardedApi): Promise<void> {
  const path = `/apis/${api.group}/${api.version}`;
  const url = `https://${hostOf(deps.route(api.service))}${path}`;
  const tooLong = 'context deadline exceeded (Client.Timeout exceeded while awaiting headers)';
  const failing = (why: string) => new Error(`failing or missing response from ${url}: ${why}`);
  const answer = await ask(deps, api, { path, as: aggregator, withinMs, tooLong }).catch((err: unknown) => {
    deps.connections.closeIdle(api.name);
    throw failing(`Get ${quoted(url)}: ${(err as Error).message}`);
  });
  if (answer.status < 200 || answer.status > 299) throw failing(`bad status from ${url}: ${answer.status}`);
}
