import type { ContainerRef } from './backend.ts';

export interface StreamingRoute {
  readonly verb: 'exec' | 'attach' | 'portForward' | 'containerLogs';
  /** Of a port-forward the container is ''. */
  readonly target: ContainerRef;
  readonly query: URLSearchParams;
}

/** `/exec/NAMESPACE/POD[/UID]/CONTAINER` and its like; `/portForward/NAMESPACE/POD[/UID]`. Undefined for other paths. */
export function streamingRoute({ pathname, searchParams: query }: URL): StreamingRoute | undefined {
  const [, verb, namespace, pod, ...rest] = pathname.replace(/\/$/, '').split('/').map(decodeURIComponent);
  if (!namespace || !pod) return undefined;
  if (verb === 'portForward') {
    if (rest.length > 1) return undefined;
    const [uid] = rest;
    return { verb, target: { namespace, pod, container: '', ...(uid && { uid }) }, query };
  }
  const isLogs = verb === 'containerLogs';
  if (verb !== 'exec' && verb !== 'attach' && !isLogs) return undefined;
  if (rest.length === 0 || rest.length > (isLogs ? 1 : 2)) return undefined;
  const container = rest.at(-1)!;
  const uid = rest.length === 2 ? rest[0] : undefined;
  return { verb, target: { namespace, pod, container, ...(uid && { uid }) }, query };
}
