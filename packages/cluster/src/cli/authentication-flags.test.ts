import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Command } from 'commander';
import type { AuthenticationOptions } from '../apiserver/index.ts';
import {
  authenticationFlags,
  type AuthenticationFlags,
  authenticationNotes,
  authenticationOptionsOf,
} from './authentication-flags.ts';

function parsed(args: readonly string[], authorizationMode: readonly string[] = ['Node', 'RBAC']) {
  const command = new Command().exitOverride().configureOutput({ writeErr: () => {} });
  for (const option of authenticationFlags()) command.addOption(option);
  command.parse(args, { from: 'user' });
  return { command, flags: { ...command.opts<AuthenticationFlags>(), authorizationMode } };
}

function options(...args: string[]): AuthenticationOptions {
  const { command, flags } = parsed(args);
  return authenticationOptionsOf(flags, command);
}

test('flags that don’t go together, or make no sense, are refused in upstream’s words', () => {
  const together = 'oidc-issuer-url and oidc-client-id must be specified together when any oidc-* flags are set';
  const table: [args: string[], want: string][] = [
    [['--oidc-issuer-url=https://a'], together],
    [['--oidc-groups-claim=g'], together],
    [['--oidc-signing-algs=ES256', '--oidc-client-id=a'], together],
    [
      ['--authentication-config=f', '--oidc-username-claim=sub'],
      'authentication-config file and oidc-* flags are mutually exclusive',
    ],
    [['--service-account-issuer='], 'service-account-issuer should not be an empty string'],
    [
      ['--service-account-issuer=a', '--service-account-issuer=b', '--service-account-issuer=a'],
      'service-account-issuer "a" is already specified',
    ],
    [
      ['--service-account-issuer=https://a:x'],
      'service-account-issuer "https://a:x" contained a \':\' but was not a valid URL: parse "https://a:x": invalid port ":x" after host',
    ],
    [
      ['--service-account-jwks-uri=http://a/keys'],
      'service-account-jwks-uri requires https scheme, parsed as: http://a/keys',
    ],
    [
      ['--service-account-max-token-expiration=59m'],
      'the service-account-max-token-expiration must be between 1 hour and 2^32 seconds',
    ],
    [
      ['--oidc-issuer-url=https://a', '--service-account-issuer='],
      `[${together}, service-account-issuer should not be an empty string]`,
    ],
  ];
  for (const [args, message] of table) {
    assert.throws(() => options(...args), { name: 'Failure', message }, args.join(' '));
  }
  assert.throws(() => parsed(['--oidc-required-claim=a']), /malformed pair, expect string=string/);
});

test('what flags say of a provider, a webhook and those without credentials', () => {
  const nothing = { anonymous: { isAllowed: true, isAskedFor: false }, bootstrapTokens: false };
  assert.deepEqual(options(), nothing);
  assert.deepEqual(options('--anonymous-auth=false', '--enable-bootstrap-token-auth'), {
    anonymous: { isAllowed: false, isAskedFor: true },
    bootstrapTokens: true,
  });
  const oidc = ['--oidc-issuer-url=https://a', '--oidc-client-id=app', '--oidc-required-claim=k=v,w'];
  assert.deepEqual(options(...oidc, '--oidc-required-claim=l=m=n', '--oidc-groups-claim=g').oidc, {
    issuerUrl: 'https://a',
    clientId: 'app',
    usernameClaim: 'sub',
    signingAlgs: ['RS256'],
    requiredClaims: new Map([
      ['k', 'v,w'],
      ['l', 'm=n'],
    ]),
    groupsClaim: 'g',
  });
  assert.deepEqual(options('--authentication-token-webhook-config-file=f').webhook, {
    configFile: 'f',
    version: 'v1beta1',
    cacheTtlMs: 120_000,
  });
  assert.deepEqual(options('--authentication-config=f'), { ...nothing, configFile: 'f' });
});

test('who may do everything isn’t nobody', () => {
  const { command, flags } = parsed([], ['AlwaysAllow']);
  assert.equal(authenticationOptionsOf(flags, command).anonymous.isAllowed, false);
  assert.match([...authenticationNotes(flags)].join(), /^AnonymousAuth is not allowed with the AlwaysAllow authorizer/);
});

test('tokens that are good for longer than any may be are told of', () => {
  const notes = (...args: string[]) => [...authenticationNotes(parsed(args).flags)].length;
  assert.equal(notes(), 0);
  assert.equal(notes('--service-account-max-token-expiration=1h'), 2);
  assert.equal(notes('--service-account-max-token-expiration=2h'), 1);
  assert.equal(
    notes('--service-account-max-token-expiration=1h', '--service-account-extend-token-expiration=false'),
    0,
  );
});
