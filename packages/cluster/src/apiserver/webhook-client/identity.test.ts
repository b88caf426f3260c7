import assert from 'node:assert/strict';
import { test } from 'node:test';
import { identityProblem } from './identity.ts';

// Each as Go's HostnameError says it.
const rows: readonly (readonly [host: string, cn: string, names: string | undefined, want: string | undefined])[] = [
  ['a.ns.svc', '', 'DNS:a.ns.svc', undefined],
  ['a.ns.svc', 'other', 'DNS:b, DNS:*.ns.svc', undefined],
  ['10.0.0.1', '', 'DNS:a, IP Address:10.0.0.1', undefined],
  ['a.ns.svc', 'a.ns.svc', undefined, 'certificate relies on legacy Common Name field, use SANs instead'],
  ['a.ns.svc', 'b.ns.svc', undefined, 'certificate is not valid for any names, but wanted to match a.ns.svc'],
  ['a.ns.svc', 'a.ns.svc', 'DNS:b, DNS:c', 'certificate is valid for b, c, not a.ns.svc'],
  ['a.ns.svc', '', 'IP Address:10.0.0.1', 'certificate is not valid for any names, but wanted to match a.ns.svc'],
  ['10.0.0.1', '', 'IP Address:10.0.0.2', 'certificate is valid for 10.0.0.2, not 10.0.0.1'],
  ['10.0.0.1', '', 'DNS:a', "cannot validate certificate for 10.0.0.1 because it doesn't contain any IP SANs"],
];
for (const [host, CN, names, want] of rows) {
  test(`${host} shows ${CN} ${names}`, () => {
    const subject = { CN } as never;
    const problem = identityProblem(host, { subject, ...(names !== undefined && { subjectaltname: names }) });
    assert.equal(problem?.message, want && `tls: failed to verify certificate: x509: ${want}`);
  });
}
