import { existsSync, readFileSync } from 'node:fs';
import { dirname, isAbsolute, join } from 'node:path';
import { isObject } from '@tiphys/sdk/machinery';
import { s } from '@tiphys/sdk/schema';
import { type ConfigKind, readConfig } from '../config-file/index.ts';

const plugin = s.struct('io.k8s.apiserver.v1.AdmissionPluginConfiguration', {
  name: s.req(1, s.str()),
  path: s.zero(2, s.str()),
  configuration: s.opt(3, s.any()),
});
const shape = s.struct('io.k8s.apiserver.v1.AdmissionConfiguration', { plugins: s.held(1, s.list(plugin)) });

const kinds = ['apiserver.config.k8s.io/v1', 'apiserver.k8s.io/v1alpha1'].map(
  (apiVersion): ConfigKind<s.Out<typeof shape>> => ({ apiVersion, kind: 'AdmissionConfiguration', schema: shape }),
);

/** What is said to a plugin, by its name; nothing where nothing is. */
export type PluginConfigs = (name: string) => Uint8Array | undefined;

/** Of `--admission-control-config-file`: what is said to each plugin, there or in a file of its own. */
export function readPluginConfigs(file: string | undefined): PluginConfigs {
  if (file === undefined) return () => undefined;
  const plugins = readFile(file).plugins ?? [];
  return (name) => {
    const found = plugins.find((p) => p.name === name);
    if (isObject(found?.configuration)) return Buffer.from(JSON.stringify(found.configuration));
    if (!found?.path) return undefined;
    const path = isAbsolute(found.path) ? found.path : join(dirname(file), found.path);
    if (!existsSync(path)) throw new Error(`Couldn't open admission plugin configuration ${path}`);
    return readFileSync(path);
  };
}

function readFile(file: string): s.Out<typeof shape> {
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch (cause) {
    const why = `open ${file}: no such file or directory`;
    throw new Error(
      `failed to read plugin config: unable to read admission control configuration from "${file}" [${why}]`,
      { cause },
    );
  }
  try {
    return readConfig(bytes, kinds);
  } catch (cause) {
    throw new Error(`failed to read plugin config: ${(cause as Error).message}`, { cause });
  }
}
