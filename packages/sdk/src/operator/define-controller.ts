import type { KubeObject } from '../machinery/index.ts';
import type { Controller, ControllerDefinition } from './controller.ts';
import { runController } from './run-controller.ts';

export const defineController = <O extends KubeObject, M>(definition: ControllerDefinition<O, M>): Controller => ({
  name: definition.name,
  run: (deps, signal) => runController(definition, deps, signal),
});
