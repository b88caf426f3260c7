import type { Registry } from 'prom-client';
import { processMetrics as ofProcess } from '../../serving/index.ts';
import { kubernetesVersion } from '../discovery/version.ts';
import { adopt } from './adopt.ts';

const known = new WeakSet<Registry>();

/** Those of every process of ours, and which version this one is. Once per registry. */
export function processMetrics(registry: Registry): void {
  if (known.has(registry)) return;
  known.add(registry);
  ofProcess(registry);
  const { major, minor, gitVersion, gitCommit, gitTreeState, buildDate, goVersion, compiler, platform } =
    kubernetesVersion;
  const labels = {
    major,
    minor,
    git_version: gitVersion,
    git_commit: gitCommit,
    git_tree_state: gitTreeState,
    build_date: buildDate,
    go_version: goVersion,
    compiler,
    platform,
  };
  adopt(registry, {
    name: 'kubernetes_build_info',
    help: 'A metric with a constant 1 value labeled by major, minor, git version, git commit, git tree state, build date, Go version, and compiler from which Kubernetes was built, and platform on which it is running.',
    type: 'gauge',
    samples: () => [{ labels, value: 1 }],
  });
}
