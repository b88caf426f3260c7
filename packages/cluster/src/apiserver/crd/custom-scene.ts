import { mergePatch, type JsonObject } from '@tiphys/sdk/machinery';
import { standardKinds } from '../kinds.ts';
import { type ServerScene, serverScene } from '../server-scene.ts';
import { runUpkeep } from '../upkeep/index.ts';

/** An API server with everything that looks after definitions. */
export interface CustomScene extends ServerScene {
  /** Makes the definition of `widgets.example.com`, changed by a merge patch, and waits until it is established. */
  define(change?: JsonObject): Promise<void>;
  /** Waits until nothing is left to be done at once. */
  settle(): Promise<void>;
}

export const widgets = '/apis/example.com/v1/namespaces/default/widgets';
export const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
export const widgetsDefinition = `${definitions}/widgets.example.com`;

export const aDefinition = (change: JsonObject = {}): JsonObject =>
  mergePatch(
    {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: 'widgets.example.com' },
      spec: {
        group: 'example.com',
        scope: 'Namespaced',
        names: { plural: 'widgets', singular: 'widget', kind: 'Widget' },
        versions: [aVersion('v1')],
      },
    },
    change,
  ) as JsonObject;

export const aVersion = (name: string, spec: JsonObject = {}, more: JsonObject = {}): JsonObject => ({
  name,
  served: true,
  storage: name === 'v1',
  schema: {
    openAPIV3Schema: { type: 'object', properties: { spec: { type: 'object', ...spec }, status: { type: 'object' } } },
  },
  ...more,
});

export const aWidget = (name: string, more: JsonObject = {}): JsonObject =>
  mergePatch({ apiVersion: 'example.com/v1', kind: 'Widget', metadata: { name } }, more) as JsonObject;

export async function customScene(beside?: ServerScene): Promise<CustomScene> {
  const scene = await serverScene({}, standardKinds, beside);
  const stop = new AbortController();
  void runUpkeep(scene.server, stop.signal);
  const settle = () => scene.clock.settle();
  return {
    ...scene,
    settle,
    async define(change) {
      const { status, message } = await scene.ask('POST', definitions, aDefinition(change));
      if (status !== 201) throw new Error(message);
      await settle();
    },
    stop() {
      stop.abort();
      scene.stop();
    },
  };
}
