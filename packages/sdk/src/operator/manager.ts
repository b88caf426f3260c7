import { group } from '../runtime/index.ts';
import type { Controller, ControllerDeps } from './controller.ts';

/** Runs controllers side by side until the signal aborts; the failure of one ends all. */
export async function runControllers(
  controllers: readonly Controller[],
  deps: ControllerDeps,
  signal: AbortSignal,
): Promise<void> {
  await using tasks = group(signal);
  for (const controller of controllers) tasks.go((s) => controller.run(deps, s));
  await tasks.done();
}
