import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lineOf } from '@tiphys/sdk/machinery';
import { aggregate } from '../known.ts';
import { parseConfiguration } from './load.ts';
import { changeErrors, compileAuthenticator, configurationErrors } from './validate.ts';

const parse = (members: object, version = 'v1') =>
  parseConfiguration(
    Buffer.from(
      JSON.stringify({
        apiVersion: `apiserver.config.k8s.io/${version}`,
        kind: 'AuthenticationConfiguration',
        ...members,
      }),
    ),
  );
const said = (members: object): string => {
  const errors = configurationErrors(parse(members), ['https://kubernetes.default.svc']);
  return errors.length ? aggregate(errors.map(lineOf)) : '';
};

const issuer = { url: 'https://a', audiences: ['x'] };
const username = { claim: 'sub', prefix: '' };
const claimMappings = { username };
const one = (members: object) => said({ jwt: [{ issuer, claimMappings, ...members }] });
const withIssuer = (members: object) => one({ issuer: { ...issuer, ...members } });
const withRules = (...claimValidationRules: object[]) => one({ claimValidationRules });
const withMappings = (members: object) => one({ claimMappings: { username, ...members } });
const withExtra = (...extra: object[]) => withMappings({ extra });
const withUserRules = (...userValidationRules: object[]) => one({ userValidationRules });

const unverified =
  'claims.email_verified must be used in claimMappings.username.expression or claimMappings.extra[*].valueExpression or claimValidationRules[*].expression when claims.email is used in claimMappings.username.expression';
const byExpression = (expression: string) => withMappings({ username: { expression } });
const noEmail = (quoted: string) => `jwt[0].claimMappings.username.expression: Invalid value: ${quoted}: ${unverified}`;

const cases: readonly (readonly [string, string])[] = [
  [one({}), ''],
  [said({ jwt: [] }), ''],
  [
    said({ jwt: [{}] }),
    '[jwt[0].issuer.url: Required value, jwt[0].issuer.audiences: Required value: at least one jwt[0].issuer.audiences is required, jwt[0].claimMappings.username: Required value: claim or expression is required]',
  ],
  [
    withIssuer({ url: 'http://u:p@a?x=1#f' }),
    '[jwt[0].issuer.url: Invalid value: "http://u:p@a?x=1#f": URL scheme must be https, jwt[0].issuer.url: Invalid value: "http://u:p@a?x=1#f": URL must not contain a username or password, jwt[0].issuer.url: Invalid value: "http://u:p@a?x=1#f": URL must not contain a query, jwt[0].issuer.url: Invalid value: "http://u:p@a?x=1#f": URL must not contain a fragment]',
  ],
  [
    withIssuer({ url: 'https://a:x' }),
    'jwt[0].issuer.url: Invalid value: "https://a:x": parse "https://a:x": invalid port ":x" after host',
  ],
  [
    withIssuer({ url: 'https://kubernetes.default.svc' }),
    'jwt[0].issuer.url: Invalid value: "https://kubernetes.default.svc": URL must not overlap with disallowed issuers: [https://kubernetes.default.svc]',
  ],
  [withIssuer({ discoveryURL: 'https://kubernetes.default.svc' }), ''],
  [
    withIssuer({ discoveryURL: 'https://a/' }),
    'jwt[0].issuer.discoveryURL: Invalid value: "https://a/": discoveryURL must be different from URL',
  ],
  [
    withIssuer({ audiences: ['', 'a', 'a'] }),
    '[jwt[0].issuer.audiences[0]: Required value, jwt[0].issuer.audiences[2]: Duplicate value: "a", jwt[0].issuer.audienceMatchPolicy: Invalid value: "": audienceMatchPolicy must be MatchAny for multiple audiences]',
  ],
  [withIssuer({ audiences: ['a', 'b'], audienceMatchPolicy: 'MatchAny' }), ''],
  [
    withIssuer({ audienceMatchPolicy: 'MatchAll' }),
    'jwt[0].issuer.audienceMatchPolicy: Invalid value: "MatchAll": audienceMatchPolicy must be empty or MatchAny for single audience',
  ],
  [
    withIssuer({ certificateAuthority: 'nonsense' }),
    'jwt[0].issuer.certificateAuthority: Invalid value: "<omitted>": data does not contain any valid RSA or ECDSA certificates',
  ],
  [
    withIssuer({ certificateAuthority: '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n' }),
    'jwt[0].issuer.certificateAuthority: Invalid value: "<omitted>": x509: malformed certificate',
  ],
  [withIssuer({ egressSelectorType: 'cluster' }), ''],
  [
    withIssuer({ egressSelectorType: 'etcd' }),
    'jwt[0].issuer.egressSelectorType: Invalid value: "etcd": egress selector must be either controlplane or cluster',
  ],
  [
    withRules({ claim: 'a', expression: 'true' }),
    'jwt[0].claimValidationRules[0]: Invalid value: "a": claim and expression can\'t both be set',
  ],
  [withRules({}), 'jwt[0].claimValidationRules[0]: Required value: claim or expression is required'],
  [
    withRules({ claim: 'a', message: 'm' }, { claim: 'a' }),
    '[jwt[0].claimValidationRules[0].message: Invalid value: "m": may not be specified when claim is set, jwt[0].claimValidationRules[1].claim: Duplicate value: "a"]',
  ],
  [
    withRules({ expression: 'true', requiredValue: 'x' }, { expression: 'true' }),
    '[jwt[0].claimValidationRules[0].requiredValue: Invalid value: "x": may not be specified when expression is set, jwt[0].claimValidationRules[1].expression: Duplicate value: "true"]',
  ],
  [
    withRules({ expression: 'claims.foo' }),
    'jwt[0].claimValidationRules[0].expression: Invalid value: "claims.foo": must evaluate to bool',
  ],
  [
    withRules({ expression: 'claims + 1' }),
    "jwt[0].claimValidationRules[0].expression: Invalid value: \"claims + 1\": compilation failed: ERROR: <input>:1:8: found no matching overload for '_+_' applied to '(map(string, any), int)'\n | claims + 1\n | .......^",
  ],
  [
    withMappings({ username: { claim: 'sub' } }),
    'jwt[0].claimMappings.username.prefix: Required value: prefix is required when claim is set. It can be set to an empty string to disable prefixing',
  ],
  [
    withMappings({ username: { expression: 'claims.sub', prefix: 'x' } }),
    'jwt[0].claimMappings.username.prefix: Invalid value: "x": may not be specified when expression is set',
  ],
  [
    withMappings({ groups: { claim: 'g', expression: 'claims.g' } }),
    'jwt[0].claimMappings.groups: Invalid value: "": claim and expression can\'t both be set',
  ],
  [withMappings({ groups: { prefix: 'g' } }), ''],
  [
    withMappings({ uid: { claim: 'a', expression: 'b' } }),
    'jwt[0].claimMappings.uid: Invalid value: "": claim and expression can\'t both be set',
  ],
  [byExpression('claims.email'), noEmail('"claims.email"')],
  [byExpression('[claims.email][0]'), noEmail('"[claims.email][0]"')],
  [byExpression("claims.?email.orValue('')"), noEmail('"claims.?email.orValue(\'\')"')],
  [byExpression("has(claims.email) ? 'a' : 'b'"), noEmail("\"has(claims.email) ? 'a' : 'b'\"")],
  [byExpression('[1].map(x, claims.email)[0]'), noEmail('"[1].map(x, claims.email)[0]"')],
  [byExpression('claims["email"]'), ''],
  [byExpression("claims.email_verified ? claims.email : ''"), ''],
  [
    withMappings({
      username: { expression: 'claims.email' },
      extra: [{ key: 'example.org/verified', valueExpression: 'string(claims.email_verified)' }],
    }),
    '',
  ],
  [
    withExtra({ key: '', valueExpression: '' }),
    '[jwt[0].claimMappings.extra[0].key: Required value, jwt[0].claimMappings.extra[0].valueExpression: Required value]',
  ],
  [
    withExtra({ key: 'example.org/Foo', valueExpression: 'claims.a' }),
    'jwt[0].claimMappings.extra[0].key: Invalid value: "example.org/Foo": must be lowercase',
  ],
  [
    withExtra({ key: 'a.kubernetes.io/foo', valueExpression: 'claims.a' }),
    'jwt[0].claimMappings.extra[0].key: Invalid value: "a.kubernetes.io/foo": k8s.io, kubernetes.io and their subdomains are reserved for Kubernetes use',
  ],
  [
    withExtra({ key: 'a.org/b', valueExpression: 'claims.a' }, { key: 'a.org/b', valueExpression: 'claims.a' }),
    'jwt[0].claimMappings.extra[1].key: Duplicate value: "a.org/b"',
  ],
  [
    withUserRules({}, { expression: 'true' }, { expression: 'true' }, { expression: 'user.username' }),
    '[jwt[0].userValidationRules[0].expression: Required value, jwt[0].userValidationRules[2].expression: Duplicate value: "true", jwt[0].userValidationRules[3].expression: Invalid value: "user.username": must evaluate to bool]',
  ],
  [
    withUserRules({ expression: 'user.unknown == "x"' }),
    'jwt[0].userValidationRules[0].expression: Invalid value: "user.unknown == \\"x\\"": compilation failed: ERROR: <input>:1:5: undefined field \'unknown\'\n | user.unknown == "x"\n | ....^',
  ],
  [withUserRules({ expression: 'user.groups.all(g, g != "system:masters") && user.extra["a"].size() == 1' }), ''],
  [
    said({
      jwt: [
        { issuer: { ...issuer, discoveryURL: 'https://d' }, claimMappings },
        { issuer: { ...issuer, discoveryURL: 'https://d' }, claimMappings },
      ],
    }),
    '[jwt[1].issuer.url: Duplicate value: "https://a", jwt[1].issuer.discoveryURL: Duplicate value: "https://d"]',
  ],
  [
    said({ jwt: Array.from({ length: 65 }, () => ({ issuer, claimMappings })) }),
    'jwt: Too many: 65: must have at most 64 items',
  ],
  [
    said({ anonymous: { enabled: false, conditions: [{ path: '/a' }] } }),
    'anonymous.conditions: Invalid value: [{"Path":"/a"}]: enabled should be set to true when conditions are defined',
  ],
];
for (const [got, want] of cases) test(`a configuration: ${want || 'nothing wrong'}`, () => assert.equal(got, want));

test('an authenticator by itself tells its problems from its own members on', () => {
  const { errors } = compileAuthenticator({ issuer: { url: '', audiences: [] }, claimMappings }, []);
  assert.deepEqual(errors.map(lineOf), [
    'issuer.url: Required value',
    'issuer.audiences: Required value: at least one issuer.audiences is required',
  ]);
});

test('who may be anonymous can’t change while the server runs', () => {
  const [none, some] = [parse({}), parse({ anonymous: { enabled: true, conditions: [{ path: '/livez' }] } })];
  assert.deepEqual(changeErrors(some, some), []);
  assert.deepEqual(changeErrors(none, some).map(lineOf), [
    'anonymous: Forbidden: changed from initial configuration file',
  ]);
});

test('every version is read, and named in what is wrong with it', () => {
  for (const version of ['v1', 'v1beta1', 'v1alpha1']) {
    assert.deepEqual(parse({ anonymous: { enabled: true } }, version), { jwt: [], anonymous: { enabled: true } });
    assert.throws(() => parse({ jwt: 3 }, version), {
      message: `json: cannot unmarshal number into Go struct field AuthenticationConfiguration.jwt of type []${version}.JWTAuthenticator`,
    });
  }
  assert.throws(() => parse({ jwt: [{ foo: 1 }] }), { message: 'strict decoding error: unknown field "jwt[0].foo"' });
});
