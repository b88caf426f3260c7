import { existsSync, readFileSync, renameSync } from 'node:fs';
import { buildProgram, builtProgram, withoutGo } from './go-program.ts';

/** kubectl of the version that go.mod names; built once. Nothing where it can't be. */
export function builtKubectl(): string | undefined {
  const modules = readFileSync(new URL('../../go/kubectl/go.mod', import.meta.url), 'utf8');
  const [, version = ''] = /k8s\.io\/kubectl v0\.(\d+\.\d+)/.exec(modules) ?? [];
  const path = builtProgram(`kubectl-v1.${version}`);
  if (existsSync(path)) return path;
  if (withoutGo('kubectl') !== undefined) return undefined;
  try {
    // Test files run side by side: what one of them builds appears whole.
    const draft = buildProgram('kubectl', {
      as: `kubectl.${process.pid}`,
      flags: ['-ldflags', `-s -w -X k8s.io/component-base/version.gitVersion=v1.${version}`],
    });
    renameSync(draft, path);
    return path;
  } catch (err) {
    console.log(`# no kubectl v1.${version}: ${(err as Error).message}`);
    return undefined;
  }
}
