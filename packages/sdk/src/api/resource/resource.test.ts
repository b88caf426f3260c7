import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type FieldError, lineOf } from '../../machinery/index.ts';
import { decode } from '../../schema/index.ts';
import { type DeviceClass, deviceClass } from './deviceclass.ts';
import { type ResourceClaim, resourceClaim } from './resourceclaim.ts';
import { type ResourceClaimTemplate, resourceClaimTemplate } from './resourceclaimtemplate.ts';
import { type ResourceSlice, resourceSlice } from './resourceslice.ts';
import { shortKey } from './validation/names.ts';

type Json = Record<string, unknown>;
type Row = [given: Json, want: string[]];
const context = { now: Date.UTC(2026, 0, 1), warn: () => {} };
const lines = (errors: Iterable<FieldError> | undefined): string[] => [...(errors ?? [])].map(lineOf);

const aClaim = (devices: Json, status: Json = {}): ResourceClaim =>
  decode(resourceClaim.schema.shape, { metadata: { name: 'c' }, spec: { devices }, status }) as ResourceClaim;
const one = { name: 'one', exactly: { deviceClassName: 'gpu' } };

test('one device is asked for unless somebody says otherwise', () => {
  const { requests } = aClaim({
    requests: [one, { name: 'all', exactly: { deviceClassName: 'gpu', allocationMode: 'All' } }],
  }).spec.devices;
  assert.deepEqual(requests![0]!.exactly, { deviceClassName: 'gpu', allocationMode: 'ExactCount', count: 1 });
  assert.deepEqual(requests![1]!.exactly, { deviceClassName: 'gpu', allocationMode: 'All' });
});

test('what of claims is refused', () => {
  const asking = (exactly: Json) => ({ requests: [{ name: 'one', exactly: { deviceClassName: 'gpu', ...exactly } }] });
  const at = 'spec.devices.requests[0]';
  const ref = "must be the name of a request in the claim or the name of a request and a subrequest separated by '/'";
  const table: Row[] = [
    [{ requests: [one] }, []],
    [{ requests: [one, one] }, ['spec.devices.requests[1]: Duplicate value: "one"']],
    [
      { requests: [{ name: 'one' }] },
      [`${at}: Required value: exactly one of \`exactly\` or \`firstAvailable\` is required`],
    ],
    [
      asking({ allocationMode: 'All', count: 2 }),
      [`${at}.exactly.count: Invalid value: 2: must not be specified when allocationMode is 'All'`],
    ],
    [asking({ count: -1 }), [`${at}.exactly.count: Invalid value: -1: must be greater than zero`]],
    [asking({ selectors: [{}] }), [`${at}.exactly.selectors[0].cel: Required value`]],
    [
      asking({ tolerations: [{ operator: 'Exists', value: 'x', effect: 'Odd' }] }),
      [
        `${at}.exactly.tolerations[0].value: Invalid value: "x": must be empty for operator \`Exists\``,
        `${at}.exactly.tolerations[0].effect: Unsupported value: "Odd": supported values: "NoExecute", "NoSchedule", "None"`,
      ],
    ],
    [
      { requests: [one], constraints: [{ requests: ['two', 'one/x', 'a/b/c'], matchAttribute: 'x' }] },
      [
        `spec.devices.constraints[0].requests[0]: Invalid value: "two": ${ref}`,
        `spec.devices.constraints[0].requests[1]: Invalid value: "one/x": ${ref}`,
        `spec.devices.constraints[0].requests[2]: Invalid value: "a/b/c": ${ref}`,
        'spec.devices.constraints[0].matchAttribute: Invalid value: "x": a fully qualified name must be a domain and a name separated by a slash',
      ],
    ],
    [
      { requests: [one], config: [{ opaque: { driver: '', parameters: 'text' } }] },
      [
        'spec.devices.config[0].opaque.driver: Required value',
        'spec.devices.config[0].opaque.parameters: Invalid value: "<value omitted>": must be a valid JSON object',
      ],
    ],
  ];
  for (const [devices, want] of table) assert.deepEqual(lines(resourceClaim.validate!(aClaim(devices))), want);
});

test('a claim stays as it was made', () => {
  const [nothing, none] = [aClaim({}), aClaim({ requests: [], constraints: [] })];
  assert.deepEqual([...resourceClaim.validateChange!(none, nothing)], []);
  assert.deepEqual([...resourceClaim.validateChange!(nothing, none)], []);
  const [next, old] = [aClaim({ requests: [] }), aClaim({ requests: [one] })];
  assert.deepEqual(lines([...resourceClaim.validate!(next, old), ...resourceClaim.validateChange!(next, old)]), [
    'spec: Invalid value: {"Devices":{"Requests":[],"Constraints":null,"Config":null}}: field is immutable',
  ]);
});

test('where devices are not shared a constraint is one of sameness', () => {
  const { spec } = aClaim({ requests: [one], constraints: [{ requests: ['one'] }] });
  const lines = (...gates: string[]) =>
    [...resourceClaim.validate!({ metadata: {}, spec, status: {} }, undefined, { gates: new Set(gates) })].map(lineOf);
  const at = 'spec.devices.constraints[0]';
  assert.deepEqual(lines(), [`${at}.matchAttribute: Required value`]);
  assert.deepEqual(lines('DRAConsumableCapacity'), [
    `${at}: Required value: exactly one of "matchAttribute" or "distinctAttribute" is required, but multiple fields are set`,
  ]);
});

test('statuses of claims: what is allocated stays, and drivers speak of what is allocated', () => {
  const { status } = resourceClaim;
  assert.ok(typeof status === 'object');
  const result = { request: 'one', driver: 'd.example.com', pool: 'p', device: 'gpu-0' };
  const allocation = { devices: { results: [result] } };
  const claim = (of: Json) => aClaim({ requests: [one] }, of);
  const device = (more: Json) => ({ driver: 'd.example.com', pool: 'p', device: 'gpu-0', ...more });
  const table: [next: Json, old: Json, want: string[]][] = [
    [{ allocation }, {}, []],
    [
      { allocation: { devices: { results: [{ ...result, request: 'two' }] } } },
      {},
      [
        'status.allocation.devices.results[0].request: Invalid value: "two": must be the name of a request in the claim or the name of a request and a subrequest separated by \'/\'',
      ],
    ],
    [
      { reservedFor: [{ resource: 'pods', name: 'a', uid: 'u' }] },
      {},
      ['status.reservedFor: Forbidden: may not be specified when `allocated` is not set'],
    ],
    [
      { allocation, devices: [device({ networkData: { ips: ['10.0.0.1/24', '10.0.0.1', '10.0.0.01/24'] } })] },
      { allocation },
      [
        'status.devices[0].networkData.ips[1]: Invalid value: "10.0.0.1": must be a valid address in CIDR form, (e.g. 10.9.8.7/24 or 2001:db8::1/64)',
        'status.devices[0].networkData.ips[2]: Invalid value: "10.0.0.01/24": must be in canonical form ("10.0.0.1/24")',
      ],
    ],
    [
      { allocation, devices: [device({ device: 'gpu-1' })] },
      { allocation },
      [
        'status.devices[0]: Invalid value: {"Driver":"d.example.com","Pool":"p","Device":"gpu-1","ShareID":""}: must be an allocated device in the claim',
      ],
    ],
  ];
  table.push(
    [
      { allocation, devices: [device({}), device({})] },
      { allocation },
      ['status.devices[1]: Duplicate value: {"Driver":"d.example.com","Pool":"p","Device":"gpu-0","ShareID":""}'],
    ],
    [
      { allocation: { devices: {} } },
      { allocation },
      [
        'status.allocation: Invalid value: {"Devices":{"Results":null,"Config":null},"NodeSelector":null,"AllocationTimestamp":null}: field is immutable',
      ],
    ],
  );
  for (const [next, old, want] of table) {
    const said: FieldError[] = [
      ...status.validate!(claim(next), claim(old), context),
      ...status.validateChange!(claim(next), claim(old)),
    ];
    assert.deepEqual(lines(said), want);
  }
  const freed = claim({ devices: [device({})] });
  status.prepareForUpdate!(freed, claim({ allocation }), context);
  assert.deepEqual(freed.status, {});
});

test('keys that are too long lose their middle', () => {
  const key = 'x'.repeat(60) + 'y'.repeat(60);
  assert.equal(shortKey('x'.repeat(96)), 'x'.repeat(96));
  assert.equal(shortKey(key), `${'x'.repeat(47)}...${'y'.repeat(46)}`);
});

test('what of device classes is refused', () => {
  const aClass = (spec: Json) => decode(deviceClass.schema.shape, { metadata: {}, spec }) as DeviceClass;
  assert.deepEqual(lines(deviceClass.validate!(aClass({ config: [{}], extendedResourceName: 'cpu' }))), [
    'spec.config[0].opaque: Required value',
    'spec.extendedResourceName: Invalid value: "cpu": must be a valid extended resource name',
  ]);
});

const aSlice = (spec: Json): ResourceSlice =>
  decode(resourceSlice.schema.shape, {
    metadata: { name: 's' },
    spec: { driver: 'd.example.com', pool: { name: 'p', generation: 1, resourceSliceCount: 1 }, ...spec },
  }) as ResourceSlice;

test('what of slices is refused', () => {
  const either = 'exactly one of `nodeName`, `nodeSelector`, `allNodes`, `perDeviceNodeSelection` is required';
  const withDevice = (device: Json) => ({ allNodes: true, devices: [{ name: 'd', ...device }] });
  const at = 'spec.devices[0]';
  const policy = (requestPolicy: Json) =>
    withDevice({ allowMultipleAllocations: true, capacity: { memory: { value: '8', requestPolicy } } });
  const ranged = `${at}.capacity[memory].requestPolicy`;
  const table: Row[] = [
    [{ allNodes: true }, []],
    [{}, [`spec: Required value: ${either}`]],
    [
      { nodeName: 'n', allNodes: true },
      [`spec: Invalid value: "{\`nodeName\`, \`allNodes\`}": ${either}, but multiple fields are set`],
    ],
    [
      { nodeName: '' },
      [
        'spec.nodeName: Invalid value: "": must be either unset or set to a non-empty string',
        `spec: Required value: ${either}`,
      ],
    ],
    [
      withDevice({ nodeName: 'n' }),
      [
        `${at}: Invalid value: null: \`nodeName\`, \`nodeSelector\` and \`allNodes\` can only be set if \`perDeviceNodeSelection\` is set to true in the ResourceSlice spec`,
      ],
    ],
    [
      withDevice({ attributes: { a: { int: 1, string: 'x' } } }),
      [
        `${at}.attributes[a]: Invalid value: {"IntValue":1,"BoolValue":null,"StringValue":"x","VersionValue":null,"IntValues":null,"BoolValues":null,"StringValues":null,"VersionValues":null}: exactly one value must be specified`,
      ],
    ],
    [
      withDevice({ attributes: { '/a': { version: '1.0' } } }),
      [
        `${at}.attributes: Invalid value: "": the domain must not be empty`,
        `${at}.attributes[/a].version: Invalid value: "1.0": must be a string compatible with semver.org spec 2.0.0`,
      ],
    ],
    [
      withDevice({ bindingConditions: ['a'], bindingFailureConditions: ['a'] }),
      [
        `${at}.bindingFailureConditions[0]: Invalid value: "a": bindingFailureConditions must not overlap with bindingConditions`,
      ],
    ],
    [
      policy({ default: '2', validValues: ['4', '1', '9'] }),
      [
        `${ranged}.validValues[1]: Invalid value: "1": values must be sorted in ascending order`,
        `${ranged}.validValues[2]: Invalid value: "9": option is larger than capacity value: 8`,
        `${ranged}.validValues: Invalid value: "2": default value is not valid according to the requestPolicy`,
      ],
    ],
    [
      policy({ default: '3', validRange: { min: '1', max: '6', step: '2' } }),
      [`${ranged}.validRange.step: Invalid value: "6": value is not a multiple of a given step (2) from (1)`],
    ],
    [policy({ validRange: { min: '1' } }), [`${ranged}.default: Required value: required when validRange is defined`]],
    [
      { allNodes: true, sharedCounters: [{ name: '', counters: {} }] },
      ['spec.sharedCounters[0].name: Required value', 'spec.sharedCounters[0].counters: Required value'],
    ],
  ];
  for (const [spec, want] of table) assert.deepEqual(lines(resourceSlice.validate!(aSlice(spec), undefined)), want);
});

test('more than 64 devices that are tainted are too many', () => {
  const devices = (n: number, more: Json) =>
    aSlice({ allNodes: true, devices: Array.from({ length: n }, (_, i) => ({ name: `d${i}`, ...more })) });
  assert.deepEqual(lines(resourceSlice.validate!(devices(128, {}))), []);
  assert.deepEqual(lines(resourceSlice.validate!(devices(65, { taints: [{ key: 'a', effect: 'None' }] }))), [
    'spec.devices: Too many: 65: must have at most 64 items',
  ]);
});

test('a pool keeps its driver, its name and its node; taints get their time, what is switched off goes', () => {
  const update = lines(
    resourceSlice.validate!(aSlice({ nodeName: 'b' }), aSlice({ nodeName: 'a', driver: 'e.example.com' })),
  );
  assert.deepEqual(update, [
    'spec.driver: Invalid value: "d.example.com": field is immutable',
    'spec.nodeName: Invalid value: "b": field is immutable',
  ]);
  const mapped = { cpu: { allocationMultiplier: '1' } };
  const slice = aSlice({
    devices: [{ name: 'd', taints: [{ key: 'a', effect: 'None' }], nodeAllocatableResourceMappings: mapped }],
  });
  resourceSlice.prepareForCreate!(slice, context);
  assert.deepEqual(slice.spec.devices, [
    { name: 'd', taints: [{ key: 'a', effect: 'None', timeAdded: '2026-01-01T00:00:00Z' }] },
  ]);
});

test('a template says labels and annotations of its claims, and nothing else of their metadata', () => {
  const devices = { requests: [{ name: 'a', exactly: { deviceClassName: 'c' } }] };
  const aTemplate = (metadata: Json): ResourceClaimTemplate =>
    decode(resourceClaimTemplate.schema.shape, {
      metadata: {},
      spec: { metadata, spec: { devices } },
    }) as ResourceClaimTemplate;
  assert.deepEqual(lines(resourceClaimTemplate.validate!(aTemplate({ labels: { a: 'b' } }))), []);
  assert.deepEqual(lines(resourceClaimTemplate.validate!(aTemplate({ name: 'x', uid: 'y' }))), [
    'spec.metadata.name: Forbidden: cannot be set',
    'spec.metadata.uID: Forbidden: cannot be set',
  ]);
});

test("what a device takes of the node's own", () => {
  const by = (mapping: Json, name = 'cpu') => {
    const device = {
      name: 'd',
      capacity: { cores: { value: '4' } },
      nodeAllocatableResourceMappings: { [name]: mapping },
    };
    return lines(resourceSlice.validate!(aSlice({ allNodes: true, devices: [device] })));
  };
  const at = 'spec.devices[0].nodeAllocatableResourceMappings';
  assert.deepEqual(by({ allocationMultiplier: '2', capacityKey: 'cores' }), []);
  assert.deepEqual(by({ allocationMultiplier: '0' }, 'a.b/c'), [
    `${at}[a.b/c]: Invalid value: "a.b/c": must be a node allocatable resource name`,
    `${at}[a.b/c].allocationMultiplier: Invalid value: "0": must be positive`,
  ]);
  assert.deepEqual(by({}), []);
  assert.deepEqual(by({ capacityKey: 'x' }), [`${at}[cpu].capacityKey: Not found: "x"`]);
});

test('lists of values are of something', () => {
  const by = (attribute: Json) =>
    lines(resourceSlice.validate!(aSlice({ allNodes: true, devices: [{ name: 'd', attributes: { a: attribute } }] })));
  const at = 'spec.devices[0].attributes[a]';
  assert.deepEqual(by({ versions: ['1.0.0', '1'] }), [
    `${at}.versions[1]: Invalid value: "1": must be a string compatible with semver.org spec 2.0.0`,
  ]);
  assert.deepEqual(by({ ints: [] }), [`${at}.ints: Invalid value: []: must not be empty if specified`]);
  assert.equal(by({ bool: true, bools: [] }).length, 2);
});
