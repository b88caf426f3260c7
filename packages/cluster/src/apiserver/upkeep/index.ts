/**
 * What the server looks after in objects of its own kinds: who says whether an API is there, whether a flow schema leads
 * anywhere. Small controllers that upstream runs inside its API server too; they speak through the API like any other.
 */
import { SharedCache } from '@tiphys/sdk/cache';
import { createClient } from '@tiphys/sdk/client';
import { type Controller, runControllers } from '@tiphys/sdk/operator';
import { group } from '@tiphys/sdk/runtime';
import { serverItself } from '../bootstrap.ts';
import { runDefinitionUpkeep } from '../crd/upkeep.ts';
import type { ApiServer } from '../server.ts';
import { apiServiceAvailability } from './api-service-availability.ts';
import { keepAuthenticationConfig, type PublishedAuthentication } from './authentication-config.ts';
import { keepCustomApiServices } from './custom-api-services.ts';
import { flowSchemaStatus } from './flow-schema-status.ts';
import { keepFlowControlObjects, producer } from './keep-flow-control.ts';
import { keepTokenTracking } from './keep-token-tracking.ts';

/** What is begun with, by the names that upstream's health endpoints have for it. */
const aggregating = [
  'start-kube-aggregator-informers',
  'apiservice-status-local-available-controller',
  'apiservice-status-remote-available-controller',
  'apiservice-discovery-controller',
  'apiservice-openapi-controller',
  'apiservice-openapiv3-controller',
];
const publishing = ['start-cluster-authentication-info-controller'];
const tracking = ['start-legacy-token-tracking-controller'];

export interface UpkeepConfig {
  /** What extension servers are told of whom to believe; nothing, without it. */
  readonly authentication?: PublishedAuthentication;
}

/** Until the signal aborts. */
export async function runUpkeep(
  server: ApiServer,
  signal: AbortSignal,
  { authentication: published }: UpkeepConfig = {},
): Promise<void> {
  const client = createClient(server.transport(serverItself), { fieldManager: 'kube-apiserver' });
  const deps = { ...server.deps, client };
  const { custom, aggregation } = server;
  const controllers: Controller[] = [flowSchemaStatus];
  if (aggregation) {
    const { lost } = aggregation.metrics;
    controllers.push(apiServiceAvailability({ check: (api) => aggregation.check(api), lost }));
  }
  for (const step of [...(aggregation ? aggregating : []), ...(published ? publishing : []), ...tracking]) {
    await server.lifecycle.step(step, () => Promise.resolve());
  }
  await using tasks = group(signal);
  const configuring = createClient(server.transport(serverItself), { fieldManager: producer });
  tasks.go((s) => keepFlowControlObjects({ ...deps, client: configuring }, s));
  if (custom) tasks.go((s) => runDefinitionUpkeep({ ...deps, custom }, s));
  if (aggregation) tasks.go((s) => aggregation.run(s));
  tasks.go(async (s) => {
    const cache = new SharedCache(deps, s);
    tasks.go(() => cache.done());
    if (published) tasks.go((signalled) => keepAuthenticationConfig({ ...deps, published, cache }, signalled));
    tasks.go((signalled) => keepTokenTracking({ ...deps, cache }, signalled));
    if (custom) tasks.go((signalled) => keepCustomApiServices({ ...deps, custom, cache }, signalled));
    await runControllers(controllers, { ...deps, cache }, s);
  });
  await tasks.done();
}
