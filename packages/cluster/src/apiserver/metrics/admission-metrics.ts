import type { Registry } from '@tiphys/sdk/runtime';
import type { AdmissionCell, AdmissionCounts, AdmissionStep } from '../admission/plugin.ts';
import { adopt } from './adopt.ts';
import { Histogram } from './histogram.ts';

/** Upper bounds in seconds. */
const bounds = [0.005, 0.025, 0.1, 0.5, 1, 2.5];

interface Cell extends AdmissionCell {
  readonly labels: Readonly<Record<string, string>>;
  readonly outcomes: readonly (readonly [rejected: string, Histogram])[];
}

/** How long admission takes, as a whole and by plugin. */
export class AdmissionMetrics implements AdmissionCounts {
  readonly #steps = new Map<string, Cell>();
  readonly #plugins = new Map<string, Cell>();

  constructor(registry: Registry) {
    const samples = (cells: ReadonlyMap<string, Cell>) => () =>
      [...cells.values()].flatMap(({ labels, outcomes }) =>
        outcomes.flatMap(([rejected, times]) => (times.count ? times.samples({ ...labels, rejected }) : [])),
      );
    adopt(registry, {
      name: 'apiserver_admission_step_admission_duration_seconds',
      help: 'Admission sub-step latency histogram in seconds, broken out for each operation and API resource and step type (validate or admit).',
      type: 'histogram',
      samples: samples(this.#steps),
    });
    adopt(registry, {
      name: 'apiserver_admission_controller_admission_duration_seconds',
      help: 'Admission controller latency histogram in seconds, identified by name and broken out for each operation and API resource and type (validate or admit).',
      type: 'histogram',
      samples: samples(this.#plugins),
    });
  }

  step(operation: string, type: AdmissionStep): AdmissionCell {
    return cellIn(this.#steps, { operation, type });
  }

  plugin(name: string, operation: string, type: AdmissionStep): AdmissionCell {
    return cellIn(this.#plugins, { name, operation, type });
  }
}

function cellIn(cells: Map<string, Cell>, labels: Readonly<Record<string, string>>): Cell {
  const key = Object.values(labels).join(' ');
  let cell = cells.get(key);
  if (!cell) {
    const [passed, rejected] = [new Histogram(bounds), new Histogram(bounds)];
    cell = {
      labels,
      outcomes: [
        ['false', passed],
        ['true', rejected],
      ],
      passed: (ms) => passed.add(ms / 1000),
      rejected: (ms) => rejected.add(ms / 1000),
    };
    cells.set(key, cell);
  }
  return cell;
}
