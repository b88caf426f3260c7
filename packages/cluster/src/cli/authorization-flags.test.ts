import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Command } from 'commander';
import { authorizationFlags, type AuthorizationFlags, checkAuthorization } from './authorization-flags.ts';

const mode = (...names: string[]) => `--authorization-mode=${names.join(',')}`;

const table: readonly (readonly [flags: readonly string[], problem: string | undefined])[] = [
  [[], undefined],
  [[mode('Node', 'RBAC')], undefined],
  [[mode('ABAC')], "authorization-mode ABAC's authorization policy file not passed"],
  [[mode('ABAC'), '--authorization-policy-file=/x'], undefined],
  [[mode('Webhook')], "authorization-mode Webhook's authorization config file not passed"],
  [[mode('Webhook'), '--authorization-webhook-config-file=/x'], undefined],
  [[mode('RBAC'), '--authorization-policy-file=/x'], 'cannot specify --authorization-policy-file without mode ABAC'],
  [
    [mode('RBAC'), '--authorization-webhook-config-file=/x'],
    'cannot specify --authorization-webhook-config-file without mode Webhook',
  ],
  [
    [mode('Foo', 'RBAC', 'RBAC')],
    '[authorization-mode "Foo" is not a valid mode, authorization-mode ["Foo" "RBAC" "RBAC"] has mode specified more than once]',
  ],
  [[mode('')], 'at least one authorization-mode must be passed'],
  [['--authorization-config=/x', '--authorization-policy-file=/y'], undefined],
  ...[mode('RBAC'), '--authorization-webhook-version=v1', '--authorization-webhook-cache-authorized-ttl=1s'].map(
    (other) =>
      [
        ['--authorization-config=/x', other],
        '--authorization-config can not be specified when --authorization-mode or --authorization-webhook-* flags are defined',
      ] as const,
  ),
];

for (const [given, problem] of table) {
  test(`${given.join(' ') || 'nothing'}: ${problem ?? 'fine'}`, () => {
    const command = new Command('x');
    for (const option of authorizationFlags()) command.addOption(option);
    command.parse(given as string[], { from: 'user' });
    const check = () =>
      checkAuthorization(command.opts<AuthorizationFlags>(), (n) => command.getOptionValueSource(n) === 'cli');
    if (problem === undefined) check();
    else assert.throws(check, { message: problem });
  });
}
