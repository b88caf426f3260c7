import { asGiven, field, type FieldError, immutable, invalid, type Path, required } from '../../../machinery/index.ts';
import { internalValue } from '../../../schema/index.ts';
import { nodeSelectorTerm } from '../../core/node-selector.ts';
import { validateNodeSelector } from '../../core/node-selector-rules.ts';
import type { ResourceSlice } from '../resourceslice.ts';
import { counterNameRules, counterRules, deviceRules, nodeNameRules } from './device.ts';
import { driverRules, listRules, poolRules } from './names.ts';

const mostDevices = 128;
/** With taints or counters, which take more room and work. */
const mostDemandingDevices = 64;
const mostCounterSets = 8;
const at = field('spec');

export function* resourceSliceRules(slice: ResourceSlice, old: ResourceSlice | undefined): Iterable<FieldError> {
  const { spec } = slice;
  const pool = at.child('pool');
  yield* driverRules(spec.driver, at.child('driver'));
  yield* poolRules(spec.pool.name, pool.child('name'));
  if (spec.pool.resourceSliceCount <= 0) {
    yield invalid(pool.child('resourceSliceCount'), spec.pool.resourceSliceCount, 'must be greater than zero');
  }
  if (spec.pool.generation < 0) {
    yield invalid(pool.child('generation'), spec.pool.generation, 'must be greater than or equal to zero');
  }
  if (old) {
    yield* immutable(spec.pool.name, old.spec.pool.name, pool.child('name'));
    yield* immutable(spec.driver, old.spec.driver, at.child('driver'));
    yield* immutable(spec.nodeName, old.spec.nodeName, at.child('nodeName'));
  }
  yield* placeRules(spec);
  if (asGiven(spec, 'sharedCounters') && asGiven(spec, 'devices')) {
    yield invalid(at, '', 'only one of `sharedCounters` or `devices` is allowed');
  }
  const demanding = spec.devices?.some(({ taints, consumesCounters }) => taints?.length || consumesCounters?.length);
  yield* listRules(spec.devices, at.child('devices'), {
    most: demanding ? mostDemandingDevices : mostDevices,
    each: (device, here) =>
      deviceRules(device, here, {
        old: old?.spec.devices?.find((d) => d.name === device.name),
        perDeviceNodes: spec.perDeviceNodeSelection ?? false,
      }),
    key: (device) => device.name,
  });
  yield* listRules(spec.sharedCounters, at.child('sharedCounters'), {
    most: mostCounterSets,
    each: function* ({ name, counters }, here: Path) {
      yield* counterNameRules(name, here.child('name'));
      yield* counterRules(counters, here.child('counters'));
    },
    key: (set) => set.name,
  });
}

/** Which nodes its devices are for. */
function* placeRules(spec: ResourceSlice['spec']): Iterable<FieldError> {
  const { nodeName, nodeSelector } = spec;
  const given: string[] = [];
  if (nodeName !== undefined) {
    if (nodeName) given.push('`nodeName`');
    yield* nodeNameRules(nodeName, at.child('nodeName'), 'must be either unset or set to a non-empty string');
  }
  if (nodeSelector) {
    given.push('`nodeSelector`');
    yield* validateNodeSelector(nodeSelector, at.child('nodeSelector'), { allowInvalidValues: false });
    const terms = nodeSelector.nodeSelectorTerms;
    if (terms?.length !== 1) {
      const shown = terms?.map((t) => internalValue(nodeSelectorTerm, t)) ?? null;
      yield invalid(at.child('nodeSelector', 'nodeSelectorTerms'), shown, 'must have exactly one node selector term');
    }
  }
  for (const name of ['allNodes', 'perDeviceNodeSelection'] as const) {
    if (spec[name]) given.push(`\`${name}\``);
    else if (spec[name] === false) yield invalid(at.child(name), false, 'must be either unset or set to true');
  }
  if (given.length === 1) return;
  const either = 'exactly one of `nodeName`, `nodeSelector`, `allNodes`, `perDeviceNodeSelection` is required';
  if (given.length) yield invalid(at, `{${given.join(', ')}}`, `${either}, but multiple fields are set`);
  else yield required(at, either);
}
