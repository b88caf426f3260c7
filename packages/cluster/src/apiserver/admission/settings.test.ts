import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { seededRandom } from '@tiphys/sdk/runtime';
import { SimClock } from '@tiphys/sdk/testing';
import { WebhookConnections } from '../webhook-client/index.ts';
import { isOn, readAdmission } from './settings.ts';

const dir = mkdtempSync(join(tmpdir(), 'tiphys-admission-'));
after(() => rmSync(dir, { recursive: true }));
const configFile = join(dir, 'admission.yaml');
const world = { clock: new SimClock(), random: seededRandom(1), connections: new WebhookConnections() };
const header = 'apiVersion: apiserver.config.k8s.io/v1\nkind: AdmissionConfiguration\n';
const podSecurity = (rest: string) =>
  `${header}plugins: [{name: PodSecurity, configuration: {apiVersion: pod-security.admission.config.k8s.io/v1, kind: PodSecurityConfiguration, ${rest}}}]`;
const eventLimits = (limits: string) =>
  `${header}plugins: [{name: EventRateLimit, configuration: {apiVersion: eventratelimit.admission.k8s.io/v1alpha1, kind: Configuration, limits: ${limits}}}]`;
const init = (name: string) => `couldn't init admission plugin "${name}": `;

for (const [enable, disable, text, message] of [
  [
    ['Ghost', 'Ghoul'],
    [],
    header,
    '[enable-admission-plugins plugin "Ghost" is unknown, enable-admission-plugins plugin "Ghoul" is unknown]',
  ],
  [
    ['AlwaysDeny'],
    ['X', 'AlwaysDeny'],
    header,
    '[disable-admission-plugins plugin "X" is unknown, [AlwaysDeny] in enable-admission-plugins and disable-admission-plugins overlapped]',
  ],
  [[], [], 'a: [', 'failed to read plugin config: yaml: line 1: did not find expected node content'],
  [[], [], `${header}foo: 1`, 'failed to read plugin config: strict decoding error: unknown field "foo"'],
  [
    [],
    [],
    `${header}plugins: [{name: PodSecurity, path: none}]`,
    `${init('PodSecurity')}Couldn't open admission plugin configuration ${join(dir, 'none')}`,
  ],
  [[], [], podSecurity('foo: 1'), `${init('PodSecurity')}strict decoding error: unknown field "foo"`],
  [
    [],
    [],
    podSecurity('defaults: {enforce: x, audit-version: v2}'),
    `${init('PodSecurity')}PodSecurity configuration error: [enforce: must be one of privileged, baseline, restricted, audit-version: must be "latest" or "v1.x"]`,
  ],
  [['EventRateLimit'], [], header, `${init('EventRateLimit')}limits: Invalid value: null: must not be empty`],
  [
    ['EventRateLimit'],
    [],
    eventLimits('[{type: X, qps: 0, burst: -1, cacheSize: -1}]'),
    `${init('EventRateLimit')}[limits[0].type: Unsupported value: "X": supported values: "Server", "Namespace", "User", "SourceAndObject", limits[0].burst: Invalid value: -1: must be positive, limits[0].qps: Invalid value: 0: must be positive, limits[0].cacheSize: Invalid value: -1: must not be negative]`,
  ],
  [
    [],
    [],
    `${header}plugins: [{name: MutatingAdmissionWebhook, configuration: {}}]`,
    `${init('MutatingAdmissionWebhook')}Object 'Kind' is missing in '{}'`,
  ],
  [
    [],
    [],
    `${header}plugins: [{name: ValidatingAdmissionWebhook, configuration: {apiVersion: apiserver.config.k8s.io/v1, kind: WebhookAdmissionConfiguration, kubeConfigFile: x}}]`,
    `${init('ValidatingAdmissionWebhook')}kubeConfigFile: Invalid value: "x": must be an absolute file path`,
  ],
] as const) {
  test(`admission refuses to begin: ${message}`, async () => {
    writeFileSync(configFile, text);
    await assert.rejects(readAdmission({ enable, disable, configFile }, world), { message });
  });
}

test('what is said to plugins, there or in files beside it; to those that are off nothing is', async () => {
  writeFileSync(join(dir, 'selectors.yaml'), 'podNodeSelectorPluginConfig: {ns: a=b}');
  const limits = eventLimits('nonsense').slice(header.length + 'plugins: ['.length);
  writeFileSync(
    configFile,
    `${podSecurity('defaults: {enforce: baseline, enforce-version: v1.30}, exemptions: {namespaces: [kube-system]}').slice(0, -1)}, {name: PodNodeSelector, path: selectors.yaml}, ${limits}`,
  );
  const settings = await readAdmission({ enable: ['PodNodeSelector'], disable: ['Priority'], configFile }, world);
  assert.deepEqual(settings.nodeSelectors, { ns: 'a=b' });
  assert.deepEqual(settings.podSecurity?.defaults.enforce, { level: 'baseline', version: 30 });
  assert.deepEqual(settings.podSecurity?.exemptions.namespaces, ['kube-system']);
  assert.deepEqual(
    ['PodNodeSelector', 'Priority', 'EventRateLimit', 'LimitRanger'].map((name) => isOn(name, settings)),
    [true, false, false, true],
  );
});
