import type { Pod } from '@tiphys/sdk/api';
import type { SimNodesConfig } from './config.ts';

/** What the containers of a pod are made to do. */
export interface Behaviour {
  readonly startMs: number;
  readonly stopMs: number;
  /** Until its containers end by themselves; undefined where they never do. */
  readonly runMs: number | undefined;
  readonly exitCode: number;
}

/** A pod can say how it behaves: `sim.tiphys.dev/start-after: 2s`, `…/run-for: 1m`, `…/exit-code: "1"`. */
const prefix = 'sim.tiphys.dev/';

export function behaviourOf({ metadata, spec }: Pod, config: SimNodesConfig): Behaviour {
  const says = (name: string) => metadata.annotations?.[`${prefix}${name}`];
  const exitCode = Number(says('exit-code') ?? 0);
  const ends = spec.restartPolicy !== 'Always' || exitCode !== 0;
  return {
    startMs: durationMs(says('start-after')) ?? config.startMs,
    stopMs: Math.min(durationMs(says('stop-after')) ?? config.stopMs, graceMsOf({ metadata, spec })),
    runMs: durationMs(says('run-for')) ?? (ends ? config.runMs : undefined),
    exitCode: Number.isInteger(exitCode) && exitCode >= 0 && exitCode < 256 ? exitCode : 1,
  };
}

const graceMsOf = ({ metadata, spec }: Pick<Pod, 'metadata' | 'spec'>) =>
  (metadata.deletionGracePeriodSeconds ?? spec.terminationGracePeriodSeconds ?? 30) * 1000;

const units: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** `1.5s`, `250ms`; undefined for what is no duration. */
export function durationMs(text: string | undefined): number | undefined {
  const [, number, unit] = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(text ?? '') ?? [];
  return number === undefined ? undefined : Number(number) * units[unit!]!;
}
