import {
  configKeyProblems,
  dnsLabelProblems,
  dnsSubdomainProblems,
  type FieldError,
  forbiddenAt,
  invalid,
  type Path,
  problemsAt,
  required,
} from '../../machinery/index.ts';
import { internalValue } from '../../schema/index.ts';
import { type ConfigMapNodeConfigSource, nodeConfigSource, type NodeConfigSource } from './node-config-source.ts';

/**
 * Where an agent's configuration comes from. Nobody reads it any more, and nodes that name a place keep it. What is wanted says
 * nothing of the very object that was found there; what is told of says just that.
 */
export function* configSourceRules(source: NodeConfigSource, at: Path, of: 'spec' | 'status'): Iterable<FieldError> {
  const { configMap } = source;
  if (configMap) yield* configMapRules(configMap, at.child('configMap'), of);
  else yield invalid(at, internalValue(nodeConfigSource, source), 'exactly one reference subfield must be non-nil');
}

function* configMapRules(map: ConfigMapNodeConfigSource, at: Path, of: 'spec' | 'status'): Iterable<FieldError> {
  for (const name of ['uid', 'resourceVersion'] as const) {
    const here = at.child(name);
    if (of === 'spec' && map[name]) yield forbiddenAt(here, `${name} must not be set in spec`);
    if (of === 'status' && !map[name]) yield required(here);
  }
  const problemsOf = { namespace: dnsLabelProblems, name: dnsSubdomainProblems, kubeletConfigKey: configKeyProblems };
  for (const name of ['namespace', 'name', 'kubeletConfigKey'] as const) {
    if (!map[name]) yield required(at.child(name));
    else yield* problemsAt(problemsOf[name](map[name]), map[name], at.child(name));
  }
}
