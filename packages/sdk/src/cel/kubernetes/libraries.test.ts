import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compile, program } from '../compile.ts';
import { readDynamic } from '../json-values.ts';
import { PlanError } from '../program.ts';
import { types } from '../types.ts';
import { valueText } from '../value-text.ts';
import { Double, isError, type Result, typeOfValue, Uint, type Value } from '../values.ts';
import { baseEnv } from './base-env.ts';

const env = baseEnv().extend({
  variables: [
    { name: 'x', type: types.dyn },
    { name: 's', type: types.string },
    { name: 'l', type: types.list(types.int) },
    { name: 'm', type: types.map(types.string, types.int) },
  ],
});
const variables = new Map<string, Result>(
  Object.entries({ x: { list: [1, 2], a: { b: 's' } }, s: 'str', l: [1, 2], m: { one: 1 } }).map(([name, json]) => [
    name,
    readDynamic.read(json),
  ]),
);

/** An expression, what comes of it (of values that aren't plain, their type), and what that costs. */
type Row = readonly [expression: string, outcome: string, cost: number];

function textOf(value: Value): string {
  const isPlain = value instanceof Double || value instanceof Uint || (value !== null && typeof value !== 'object');
  return isPlain ? valueText(value) : typeOfValue(value).name;
}

function outcomeOf(expression: string): readonly [outcome: string, cost: number] {
  const checked = compile(env, expression);
  if (!checked.ast) return [`refused: ${checked.text}`, 0];
  try {
    const { result, cost } = program(env, checked.ast).eval(variables);
    return [isError(result) ? `error: ${result.message}` : textOf(result), cost];
  } catch (err) {
    if (err instanceof PlanError) return [`refused: ${err.message}`, 0];
    throw err;
  }
}

function check(rows: readonly Row[]): void {
  for (const [expression, ...wanted] of rows) assert.deepEqual(outcomeOf(expression), wanted, expression);
}

test('lists', () => {
  check([
    ['[1, 2, 2].isSorted()', 'true', 3],
    ["['b', 'a'].isSorted()", 'false', 0],
    ['[].isSorted()', 'true', 0],
    ['[2.5, 1.5].isSorted()', 'false', 2],
    ["[duration('1s'), duration('2s')].isSorted()", 'true', 2],
    ["[timestamp('2020-01-01T00:00:00Z')].isSorted()", 'true', 1],
    ['[true, false].isSorted()', 'false', 2],
    ["[b'a', b'b'].isSorted()", 'true', 0],
    [
      "[2, 'a', 1].map(e, dyn(e)).isSorted()",
      "refused: ERROR: <input>:1:5: expected type 'int' but found 'string'\n | [2, 'a', 1].map(e, dyn(e)).isSorted()\n | ....^",
      0,
    ],
    ["x.list.map(e, e == 1 ? dyn('a') : dyn(e)).max()", 'a', 34],
    ['[[1], [2]].map(e, dyn(e)).isSorted()', 'error: no such overload: isSorted(list)', 31],
    ['[1, 2, 3].sum()', '6', 3],
    ['[].sum() == 0', 'true', 1],
    ['[1.5, 2.5].sum()', '4', 2],
    ["[duration('1s'), duration('1m')].sum() == duration('61s')", 'true', 3],
    [
      "['a'].sum()",
      "refused: ERROR: <input>:1:10: found no matching overload for 'sum' applied to 'list(string).()'\n | ['a'].sum()\n | .........^",
      0,
    ],
    ['[1u, 2u].sum()', '3', 2],
    ['[9223372036854775807, 1].sum()', 'error: integer overflow', 2],
    ['[3, 1, 2].min()', '1', 3],
    ['[3, 1, 2].max()', '3', 3],
    ["['b', 'a'].max()", 'b', 0],
    ['l.filter(i, i > 10).min()', 'error: min called on empty list', 6],
    ['l.filter(i, i > 10).max()', 'error: max called on empty list', 6],
    ['x.sum()', 'error: no such overload: sum(map)', 3],
    ['x.list.isSorted()', 'true', 4],
    ['x.list.min()', '1', 4],
    ['l.sum() + l.max() - l.min()', '4', 11],
    ['[1, 2, 2].indexOf(2)', '1', 3],
    ['[1, 2, 2].lastIndexOf(2)', '2', 3],
    ['[1, 2, 2].indexOf(5)', '-1', 3],
    ["'tacocat'.indexOf('c')", '2', 0],
    ['x.list.indexOf(2)', '1', 4],
    ['l.lastIndexOf(1)', '0', 3],
  ]);
});

test('regular expressions', () => {
  check([
    ["'abc 123'.find('[0-9]*')", '', 2],
    ["'abc 123'.find('[0-9]+')", '123', 2],
    ["'abc'.find('x')", '', 1],
    ["'123 abc 456'.findAll('[0-9]*').size()", '6', 5],
    ["'123 abc 456'.findAll('[0-9]+')[1]", '456', 6],
    ["'123 abc 456'.findAll('[0-9]+', 1).size()", '1', 5],
    ["'123'.findAll('[0-9]', 0).size()", '0', 3],
    ["'123'.findAll('[0-9]', -1).size()", '3', 3],
    ["'abc'.find('(')", 'refused: error parsing regexp: missing closing ): `(`', 0],
    ["'abc'.findAll(s + '(')", 'error: Illegal regex: error parsing regexp: missing closing ): `str(`', 3],
    ["s.find('t.') + s.findAll('r')[0]", 'trr', 7],
    ["s.matches('^s.*') && 'a.b'.matches(r'a\\.b')", 'true', 3],
  ]);
});

test('urls', () => {
  check([
    ["url('https://user:pw@example.com:80/path/a%20b?k=v&k=w&q#f').getScheme()", 'https', 7],
    ["url('https://user:pw@example.com:80/path').getHost()", 'example.com:80', 5],
    ["url('https://example.com:80/path').getHostname()", 'example.com', 4],
    ["url('https://[::1]:80/path').getHostname()", '::1', 4],
    ["url('https://example.com:80/path').getPort()", '80', 4],
    ["url('https://example.com/a%20b').getEscapedPath()", '/a%20b', 4],
    ["url('https://example.com/a b').getEscapedPath()", '/a%20b', 4],
    ["url('https://example.com?k=v&k=w&q').getQuery()['k'].size()", '2', 7],
    ["url('https://example.com?k=v&k=w&q').getQuery()['q'][0] == ''", 'true', 7],
    ["url('https://a.com') == url('https://a.com')", 'true', 5],
    ["url('https://a.com') == url('https://b.com')", 'false', 5],
    ["url('https://a.com') == url('')", 'error: URL parse error during conversion from string: parse "": empty url', 3],
    ["isURL('https://a.com')", 'true', 1],
    ["isURL('../relative')", 'false', 1],
    ["isURL('/absolute')", 'true', 1],
    ["isURL('a:b:c:d')", 'true', 1],
    [
      "url('relative')",
      'error: URL parse error during conversion from string: parse "relative": invalid URI for request',
      1,
    ],
    [
      "url('https://a b.com')",
      'error: URL parse error during conversion from string: parse "https://a b.com": invalid character " " in host name',
      2,
    ],
    [
      'url(s).getHost()',
      'error: URL parse error during conversion from string: parse "str": invalid URI for request',
      3,
    ],
    ["url('/a?x=%zz').getQuery().size()", '0', 3],
  ]);
});

test('addresses and networks', () => {
  check([
    ["isIP('127.0.0.1')", 'true', 1],
    ["isIP('::ffff:1.2.3.4')", 'false', 2],
    ["isIP('1.2.3.04')", 'false', 1],
    ["isIP('fe80::1%eth0')", 'false', 2],
    ["ip('127.0.0.1').family()", '4', 2],
    ["ip('::1').family()", '6', 2],
    ["ip('::1').isLoopback()", 'true', 2],
    ["ip('0.0.0.0').isUnspecified()", 'true', 2],
    ["ip('224.0.0.1').isLinkLocalMulticast()", 'true', 2],
    ["ip('169.254.1.1').isLinkLocalUnicast()", 'true', 3],
    ["ip('10.0.0.1').isGlobalUnicast()", 'true', 2],
    ["ip.isCanonical('2001:db8::abcd')", 'true', 3],
    ["ip.isCanonical('2001:DB8::ABCD')", 'false', 3],
    [
      "ip.isCanonical('nope')",
      'error: IP Address "nope" parse error during conversion from string: ParseAddr("nope"): unable to parse IP',
      1,
    ],
    ["ip('1.2.3.4') == ip('1.2.3.4')", 'true', 3],
    [
      "ip('1.2.3.400')",
      'error: IP Address "1.2.3.400" parse error during conversion from string: ParseAddr("1.2.3.400"): IPv4 field has value >255',
      1,
    ],
    ["string(ip('2001:DB8::1'))", '2001:db8::1', 3],
    [
      'ip(s)',
      'error: IP Address "str" parse error during conversion from string: ParseAddr("str"): unable to parse IP',
      2,
    ],
    ["isCIDR('10.0.0.0/8')", 'true', 1],
    ["isCIDR('10.0.0.1/8')", 'true', 1],
    ["isCIDR('10.0.0.0/33')", 'false', 2],
    ["isCIDR('10.0.0.0/08')", 'false', 2],
    ["isCIDR('::ffff:10.0.0.0/104')", 'false', 2],
    ["cidr('10.0.0.0/8').containsIP('10.1.2.3')", 'true', 3],
    ["cidr('10.0.0.0/8').containsIP(ip('11.1.2.3'))", 'false', 3],
    ["cidr('10.0.0.0/8').containsCIDR('10.1.0.0/16')", 'true', 6],
    ["cidr('10.0.0.0/8').containsCIDR(cidr('0.0.0.0/0'))", 'false', 5],
    ["cidr('10.0.0.0/8').containsIP('x')", 'error: no such overload', 3],
    [
      "cidr('10.0.0.0/8').containsCIDR('x')",
      `error: network address parse error during conversion from string: network address parse error during conversion from string: netip.ParsePrefix("x"): no '/'`,
      5,
    ],
    ["string(cidr('10.1.2.3/8').masked())", '10.0.0.0/8', 3],
    ["cidr('10.1.2.3/8').prefixLength()", '8', 2],
    ["string(cidr('10.1.2.3/8').ip())", '10.1.2.3', 3],
    ["cidr('2001:db8::/32').ip().family()", '6', 4],
    [
      "cidr('nope')",
      `error: network address parse error during conversion from string: network address parse error during conversion from string: netip.ParsePrefix("nope"): no '/'`,
      1,
    ],
    ["cidr('10.0.0.0/8') == cidr('10.0.0.1/8')", 'false', 3],
    ["type(ip('1.2.3.4')) == net.IP", 'true', 3],
    ["type(cidr('1.2.3.0/24')) == net.CIDR", 'true', 3],
    ["dyn(cidr('10.0.0.0/8')) == 1", 'error: no such overload', 3],
    ["1 == dyn(cidr('10.0.0.0/8'))", 'false', 3],
    ["dyn(quantity('1')) != 'a'", 'true', 3],
    ["dyn(ip('::1')) == null", 'false', 3],
    ["[ip('1.2.3.4')].exists(i, i.family() == 4)", 'true', 19],
  ]);
});

test('quantities', () => {
  check([
    ["isQuantity('1.3Gi')", 'true', 1],
    ["isQuantity('1,3')", 'false', 1],
    ["isQuantity('10000k')", 'true', 1],
    ["isQuantity('200K')", 'false', 1],
    ["isQuantity('Three')", 'false', 1],
    ["isQuantity('Mi')", 'true', 1],
    ["quantity('50k').isInteger()", 'true', 2],
    ["quantity('50000000G').isInteger()", 'true', 2],
    ["quantity('9999999999999999999999999999999999999G').isInteger()", 'false', 5],
    ["quantity('1.5').isInteger()", 'false', 2],
    ["quantity('50k').asInteger()", '50000', 2],
    ["quantity('1.5').asInteger()", 'error: cannot convert value to integer', 2],
    ["quantity('9999999999999999999999999999999999999G').asInteger()", 'error: cannot convert value to integer', 5],
    ["quantity('50.703k').asApproximateFloat()", '50703', 2],
    ["quantity('1m').asApproximateFloat()", '0.001', 2],
    [
      "quantity('-1Ki').sign()",
      "refused: ERROR: <input>:1:22: found no matching overload for 'sign' applied to 'kubernetes.Quantity.()'\n | quantity('-1Ki').sign()\n | .....................^",
      0,
    ],
    [
      "quantity('0').sign()",
      "refused: ERROR: <input>:1:19: found no matching overload for 'sign' applied to 'kubernetes.Quantity.()'\n | quantity('0').sign()\n | ..................^",
      0,
    ],
    [
      "quantity('50k').add('20k') == quantity('70k')",
      "refused: ERROR: <input>:1:20: found no matching overload for 'add' applied to 'kubernetes.Quantity.(string)'\n | quantity('50k').add('20k') == quantity('70k')\n | ...................^",
      0,
    ],
    ["quantity('50k').add(quantity('20k')).sub(5).asInteger()", '69995', 5],
    ["quantity('50k').add(20) == quantity('50020')", 'true', 4],
    ["quantity('50k').sub(quantity('20k')) == quantity('30k')", 'true', 5],
    ["quantity('50k').sub(20).asInteger()", '49980', 3],
    ["quantity('200M').compareTo(quantity('0.2G'))", '0', 3],
    ["quantity('200M').isGreaterThan(quantity('0.1G'))", 'true', 3],
    ["quantity('200M').isLessThan(quantity('0.1G'))", 'false', 3],
    ["quantity('200M').compareTo(quantity('1G'))", '-1', 3],
    ["quantity('1') == quantity('1000m')", 'true', 3],
    [
      "quantity('x')",
      "error: quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
      1,
    ],
    [
      'quantity(s)',
      "error: quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
      2,
    ],
    [
      "type(quantity('1')) == kubernetes.Quantity",
      "refused: ERROR: <input>:1:24: undeclared reference to 'kubernetes' (in container '')\n | type(quantity('1')) == kubernetes.Quantity\n | .......................^",
      0,
    ],
    [
      "[quantity('1'), quantity('2')].isSorted()",
      "refused: ERROR: <input>:1:40: found no matching overload for 'isSorted' applied to 'list(kubernetes.Quantity).()'\n | [quantity('1'), quantity('2')].isSorted()\n | .......................................^",
      0,
    ],
  ]);
});

test('formats', () => {
  check([
    [
      'format.dns1123Label().value().validate(s)',
      "refused: ERROR: <input>:1:28: found no matching overload for 'value' applied to 'kubernetes.NamedFormat.()'\n | format.dns1123Label().value().validate(s)\n | ...........................^",
      0,
    ],
    [
      "format.dns1123Label().value().validate('Str').hasValue()",
      "refused: ERROR: <input>:1:28: found no matching overload for 'value' applied to 'kubernetes.NamedFormat.()'\n | format.dns1123Label().value().validate('Str').hasValue()\n | ...........................^",
      0,
    ],
    [
      "format.dns1123Label().value().validate('Str').value()[0]",
      "refused: ERROR: <input>:1:28: found no matching overload for 'value' applied to 'kubernetes.NamedFormat.()'\n | format.dns1123Label().value().validate('Str').value()[0]\n | ...........................^",
      0,
    ],
    ["format.named('dns1123Label').value().validate('ok') == optional.none()", 'true', 12],
    ["format.named('nope').hasValue()", 'false', 2],
    ["!format.dns1123Label().validate('contains-dots').hasValue()", 'true', 19],
    ["format.dns1123Label().validate('contains.dots').value()[0]", 'must not contain dots', 20],
    ["format.dns1123Subdomain().validate('contains.dots').hasValue()", 'false', 32],
    [
      "format.dns1123Subdomain().validate('-').value()[0]",
      "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')",
      19,
    ],
    [
      "format.dns1035Label().validate('1a').value()[0]",
      "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')",
      12,
    ],
    [
      "format.qualifiedName().validate('a/b/c').value()[0]",
      "a valid label key must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]') with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')",
      19,
    ],
    ["format.dns1123LabelPrefix().validate('a-').hasValue()", 'false', 10],
    ["format.dns1123SubdomainPrefix().validate('a.').hasValue()", 'true', 17],
    ["format.dns1035LabelPrefix().validate('a-').hasValue()", 'false', 10],
    [
      "format.labelValue().validate('a b').value()[0]",
      "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')",
      14,
    ],
    ["format.uri().validate('https://a.b').hasValue()", 'false', 554],
    ["format.uri().validate('a b').value()[0]", 'parse "a b": invalid URI for request', 280],
    ["format.uuid().validate('not a uuid').value()[0]", 'does not match the UUID format', 40],
    ["format.uuid().validate('d1a4d5b6-6d2b-4c2e-9c64-0cbe9d4c7f11').hasValue()", 'false', 74],
    ["format.byte().validate('aGk=').hasValue()", 'false', 23],
    ["format.byte().validate('#').value()[0]", 'invalid base64', 25],
    ["format.date().validate('2020-01-32').value()[0]", 'invalid date', 40],
    ["format.datetime().validate('2020-01-01T00:00:00Z').hasValue()", 'false', 56],
    ["format.datetime().validate('x').value()[0]", 'invalid datetime', 22],
    ["format.named('uuid').value() == format.uuid()", 'true', 4],
    ['format.dns1123Label() == format.dns1123Label()', 'true', 3],
  ]);
});

test('versions', () => {
  check([
    ["isSemver('1.2.3')", 'true', 1],
    ["isSemver('v1.2.3')", 'false', 1],
    ["isSemver('v1.2', true)", 'true', 1],
    ["isSemver('v1.2', false)", 'false', 1],
    ["isSemver('01.2.3')", 'false', 1],
    ["semver('1.2.3').major()", '1', 2],
    ["semver('1.2.3').minor()", '2', 2],
    ["semver('1.2.3-rc.1+b').patch()", '3', 3],
    ["semver('1.2.3') == semver('1.2.3+build')", 'true', 4],
    ["semver('1.2.3').isLessThan(semver('1.2.4'))", 'true', 3],
    ["semver('1.2.3-rc.2').isGreaterThan(semver('1.2.3-rc.10'))", 'false', 4],
    ["semver('1.2.3').compareTo(semver('1.2.3-a'))", '1', 3],
    ["semver('v01.2', true).minor()", '2', 2],
    ["semver('1.2')", 'error: No Major.Minor.Patch elements found', 1],
    ["semver('1.2.x')", 'error: Invalid character(s) found in patch number "x"', 1],
    ["semver('1.02.3')", 'error: Minor number must not contain leading zeroes "02"', 1],
    ["semver('1.2.3-01')", 'error: Numeric PreRelease version must not contain leading zeroes "01"', 1],
    ["semver('1.2.3+!')", 'error: Invalid character(s) found in build meta data "!"', 1],
    ["semver('')", 'error: Version string empty', 0],
    ["semver('1-a', true)", 'error: short version cannot contain PreRelease/Build meta data', 1],
    ['semver(s)', 'error: No Major.Minor.Patch elements found', 2],
  ]);
});

test('strings', () => {
  check([
    ["'hello'.charAt(4)", 'o', 1],
    ["'hello'.charAt(5)", '', 1],
    ["'hello'.charAt(6)", 'error: index out of range: 6', 1],
    ["'héllo'.indexOf('l')", '2', 0],
    ["'hello'.indexOf('l', 3)", '3', 0],
    ["'hello'.indexOf('', 9)", '9', 0],
    ["'hello'.indexOf('z')", '-1', 0],
    ["'hello'.lastIndexOf('l')", '3', 0],
    ["'hello'.lastIndexOf('l', 2)", '2', 0],
    ["'hello'.lastIndexOf('l', 9)", '-1', 0],
    ["['a', 'b'].join()", 'ab', 1],
    ["['a', 'b'].join('-')", 'a-b', 1],
    ["x.list.join('-')", 'error: no such overload: join(list, string)', 3],
    ["'a,b,c'.split(',').size()", '3', 2],
    ["'a,b,c'.split(',', 2)[1]", 'b,c', 3],
    ["'a,b,c'.split(',', 0).size()", '0', 2],
    ["'abc'.split('')[2]", 'c', 3],
    ["'hello'.replace('l', 'L')", 'heLLo', 1],
    ["'hello'.replace('l', 'L', 1)", 'heLlo', 1],
    ["'hello'.replace('', '-')", '-h-e-l-l-o-', 1],
    ["'hello'.substring(1)", 'ello', 1],
    ["'hello'.substring(1, 3)", 'el', 1],
    ["'hello'.substring(3, 1)", 'error: invalid substring range. start: 3, end: 1', 1],
    ["'hello'.substring(9)", 'error: index out of range: 9', 1],
    ["'HÉLLO'.lowerAscii()", 'hÉllo', 1],
    ["'héllo'.upperAscii()", 'HéLLO', 1],
    ["'  a b \\t'.trim()", 'a b', 1],
    [
      "'abc'.reverse()",
      "refused: ERROR: <input>:1:14: found no matching overload for 'reverse' applied to 'string.()'\n | 'abc'.reverse()\n | .............^",
      0,
    ],
    [`strings.quote('a\\n"b"')`, '"a\\n\\"b\\""', 1],
    ["'%s is %d and %.2f'.format([s, 3, 2.5])", 'str is 3 and 2.50', 13],
    ["'%s'.format([[1, 'a', true, null, 2.5]])", '[1, "a", true, null, 2.500000]', 1],
    ["'%s'.format([{'b': 1, 'a': [2]}])", '{"a":[2], "b":1}', 1],
    ["'%x %X %o %b %e'.format([255, 255, 8, 5, 1234.5])", 'ff FF 10 101 1.234500×10⁰³', 2],
    ["'%.3e'.format([0.00012345])", '1.234500×10⁻⁰⁴', 1],
    [
      "'%d'.format(['a'])",
      "refused: ERROR: <input>:1:14: error during formatting: decimal clause can only be used on integers, was given string\n | '%d'.format(['a'])\n | .............^",
      0,
    ],
    [
      "'%d %d'.format([1])",
      "refused: ERROR: <input>:1:15: index 1 out of range\n | '%d %d'.format([1])\n | ..............^",
      0,
    ],
    [
      "'%d'.format([1, 2])",
      "refused: ERROR: <input>:1:12: too many arguments supplied to string.format (expected 1, got 2)\n | '%d'.format([1, 2])\n | ...........^",
      0,
    ],
    [
      "'%q'.format([1])",
      `refused: ERROR: <input>:1:12: could not parse formatting clause: unrecognized formatting clause "q"\n | '%q'.format([1])\n | ...........^`,
      0,
    ],
    [
      "'%'.format([1])",
      "refused: ERROR: <input>:1:11: unexpected end of string\n | '%'.format([1])\n | ..........^",
      0,
    ],
    ["'%%'.format([])", '%', 1],
    ["'%s'.format([x.list])", '[1, 2]', 13],
    [
      "'%d'.format([x.list])",
      'error: error during formatting: decimal clause can only be used on integers, was given list',
      13,
    ],
    ["'%s %s'.format([duration('1h'), timestamp('2020-01-01T00:00:00Z')])", '3600s 2020-01-01T00:00:00Z', 1],
    ["'%f'.format([1234567.891])", '1,234,567.891000', 1],
    ["s.upperAscii() + s.substring(0, 2) + s.replace('s', 'tt')", 'STRsttttr', 8],
    ["'a b'.split(' ').map(w, w.upperAscii()).join('_')", 'A_B', 31],
  ]);
});

test('sets', () => {
  check([
    ['sets.contains([1, 2], [2])', 'true', 3],
    ['sets.contains([1], [])', 'true', 1],
    ['sets.contains(l, [1, 9])', 'false', 6],
    ['sets.equivalent([1, 1], [1])', 'true', 5],
    ['sets.equivalent(l, [2, 1])', 'true', 10],
    ['sets.intersects([1], [2])', 'false', 2],
    ['sets.intersects(l, l)', 'true', 7],
    [
      "sets.contains(['a'], [1])",
      "refused: ERROR: <input>:1:14: found no matching overload for 'sets.contains' applied to '(list(string), list(int))'\n | sets.contains(['a'], [1])\n | .............^",
      0,
    ],
    ['sets.contains(x.list, [2])', 'true', 5],
  ]);
});

test('more lists', () => {
  check([
    ['[1, 2, 3].slice(1, 3)[0]', '2', 15],
    ['[1, 2, 3].slice(2, 1)', 'error: cannot slice(2, 1), start index must be less than or equal to end index', 12],
    ['[1, 2, 3].slice(-1, 1)', 'error: cannot slice(-1, 1), negative indexes not supported', 12],
    ['[1, 2, 3].slice(0, 4)', 'error: cannot slice(0, 4), list is length 3', 12],
    [
      '[[1], [2, [3]]].flatten().size()',
      "refused: ERROR: <input>:1:7: expected type 'list(int)' but found 'list(dyn)'\n | [[1], [2, [3]]].flatten().size()\n | ......^\nERROR: <input>:1:11: expected type 'int' but found 'list(int)'\n | [[1], [2, [3]]].flatten().size()\n | ..........^",
      0,
    ],
    [
      '[[1], [2, [3]]].flatten(2).size()',
      "refused: ERROR: <input>:1:7: expected type 'list(int)' but found 'list(dyn)'\n | [[1], [2, [3]]].flatten(2).size()\n | ......^\nERROR: <input>:1:11: expected type 'int' but found 'list(int)'\n | [[1], [2, [3]]].flatten(2).size()\n | ..........^",
      0,
    ],
    ['[[1]].flatten(-1)', 'error: level must be non-negative', 10],
    ['lists.range(5).sum()', '10', 21],
    ['[3, 1, 2].sort()[0]', '1', 31],
    ["['b', 'a'].sort()[0]", 'a', 21],
    ['x.list.sort()', 'list', 3],
    ['[1, 1, 2].distinct().size()', '2', 30],
    ['[1, 2].reverse()[0]', '2', 15],
    ["[{'a': 2}, {'a': 1}].sortBy(e, e.a)[0].a", '1', 53],
    ['l.sortBy(e, -e)[0]', '2', 53],
    ['l.slice(0, 1).distinct().reverse().sort().size()', '1', 52],
  ]);
});

test('two variables', () => {
  check([
    ['[1, 2].all(i, v, v > i)', 'true', 13],
    ["{'a': 1}.exists(k, v, k == 'a' && v == 1)", 'true', 9],
    ['l.existsOne(i, v, v == 1)', 'true', 9],
    ['[1, 2].transformList(i, v, v * i)[1]', '2', 33],
    ['[1, 2].transformList(i, v, i > 0, v)[0]', '2', 20],
    ["{'a': 1}.transformMap(k, v, v + 1)['a']", '2', 8],
    ["{'a': 1, 'b': 2}.transformMap(k, v, v > 1, v).size()", '1', 10],
    ["{'a': 'b'}.transformMapEntry(k, v, {v: k})['b']", 'a', 37],
    ["{'a': 'x', 'b': 'x'}.transformMapEntry(k, v, {v: k})", 'error: insert failed: key x already exists', 69],
    ['l.transformMapEntry(i, v, {v: i}).size()', '2', 71],
    ["m.transformMap(k, v, v * 2)['one']", '2', 9],
    [
      '[1].all(i, i, true)',
      'refused: ERROR: <input>:1:12: duplicate variable name: i\n | [1].all(i, i, true)\n | ...........^',
      0,
    ],
    [
      '[1].all(a.b, v, true)',
      'refused: ERROR: <input>:1:10: argument must be a simple name\n | [1].all(a.b, v, true)\n | .........^',
      0,
    ],
  ]);
});

test('optionals', () => {
  check([
    ['optional.of(1).hasValue()', 'true', 2],
    ["m[?'one'].orValue(5)", '1', 2],
    ["m[?'nope'].orValue(5)", '5', 1],
    ['x.?list[?0].hasValue()', 'true', 4],
    ["{?'a': m[?'nope']}.size()", '0', 32],
    ['[?optional.none(), 1].size()', '1', 12],
    ['optional.of(1).optMap(v, v + 1).value()', '2', 8],
    ['optional.none().value()', 'error: optional.none() dereference', 2],
    ['optional.ofNonZeroValue(0).hasValue()', 'false', 2],
    ['optional.of([1]).optFlatMap(v, v[?0]).value()', '1', 7],
  ]);
});

test('what is checked beyond types', () => {
  check([
    ["duration('x')", "refused: ERROR: <input>:1:10: invalid duration argument\n | duration('x')\n | .........^", 0],
    ['duration(0)', 'refused: ERROR: <input>:1:10: invalid duration argument\n | duration(0)\n | .........^', 0],
    ['timestamp(0) < timestamp(1)', 'true', 1],
    [
      'timestamp(null)',
      'refused: ERROR: <input>:1:11: invalid timestamp argument\n | timestamp(null)\n | ..........^',
      0,
    ],
    [
      "timestamp('x')",
      "refused: ERROR: <input>:1:11: invalid timestamp argument\n | timestamp('x')\n | ..........^",
      0,
    ],
    [
      "'a'.matches('(')",
      "refused: ERROR: <input>:1:13: invalid matches argument\n | 'a'.matches('(')\n | ............^",
      0,
    ],
    ["[1, 'a']", "refused: ERROR: <input>:1:5: expected type 'int' but found 'string'\n | [1, 'a']\n | ....^", 0],
    [
      "{'a': 1, 'b': 'c'}",
      "refused: ERROR: <input>:1:15: expected type 'int' but found 'string'\n | {'a': 1, 'b': 'c'}\n | ..............^",
      0,
    ],
    ['[1, 2.5]', "refused: ERROR: <input>:1:5: expected type 'int' but found 'double'\n | [1, 2.5]\n | ....^", 0],
    ['[1, null]', "refused: ERROR: <input>:1:5: expected type 'int' but found 'null'\n | [1, null]\n | ....^", 0],
    [
      "[duration('1s'), timestamp('2020-01-01T00:00:00Z')]",
      "refused: ERROR: <input>:1:27: expected type 'duration' but found 'timestamp'\n | [duration('1s'), timestamp('2020-01-01T00:00:00Z')]\n | ..........................^",
      0,
    ],
    ['[1, dyn(2)]', "refused: ERROR: <input>:1:8: expected type 'int' but found 'dyn'\n | [1, dyn(2)]\n | .......^", 0],
    ["int('0x1F')", "refused: type conversion error from 'string' to 'int'", 0],
    ["duration('1s') > duration('1m')", 'false', 1],
  ]);
});

test('comparisons across types, costs of the language', () => {
  check([
    ['1 < 1.5 && 2u > 1', 'true', 2],
    ["s + s + 'abc'", 'strstrabc', 4],
    ['s == s && l == l && m == m', 'true', 9],
    ["s.startsWith('s') && s.endsWith('r') && s.contains('t')", 'true', 6],
    ['l.map(i, i * 2).filter(i, i > 2).size()', '1', 49],
    ['m.all(k, m[k] > 0)', 'true', 8],
    ['l.exists_one(i, i == 1)', 'true', 9],
    ['1 in l', 'true', 3],
    ["'one' in m", 'true', 2],
    ['s in [s, s]', 'true', 15],
    ['l + l == [1, 2, 1, 2]', 'true', 4],
    ['size(s) + size(l) + size(m)', '6', 8],
    ['has(x.list) && has(x.a.b)', 'true', 3],
    ['x.nope.deeper', 'error: no such key: nope', 2],
    ['l[5]', 'error: index out of bounds: 5', 2],
    ['x.list[1] == 2 ? s : string(1)', 'str', 4],
    ['bytes(s).size() + string(l[0]).size()', '4', 8],
    ["timestamp('2020-01-01T12:30:00Z').getHours('America/New_York')", '7', 1],
    ["timestamp('2020-01-01T12:30:00Z').getHours()", '12', 1],
    ['dyn(s) == 1', 'false', 3],
    [
      'cel.bind(a, 1, a)',
      "refused: ERROR: <input>:1:1: undeclared reference to 'cel' (in container '')\n | cel.bind(a, 1, a)\n | ^\nERROR: <input>:1:9: undeclared reference to 'bind' (in container '')\n | cel.bind(a, 1, a)\n | ........^\nERROR: <input>:1:10: undeclared reference to 'a' (in container '')\n | cel.bind(a, 1, a)\n | .........^\nERROR: <input>:1:16: undeclared reference to 'a' (in container '')\n | cel.bind(a, 1, a)\n | ...............^",
      0,
    ],
    [
      'authorizer',
      "refused: ERROR: <input>:1:1: undeclared reference to 'authorizer' (in container '')\n | authorizer\n | ^",
      0,
    ],
    ['nope', "refused: ERROR: <input>:1:1: undeclared reference to 'nope' (in container '')\n | nope\n | ^", 0],
    [
      'l.isSorted(1)',
      "refused: ERROR: <input>:1:11: found no matching overload for 'isSorted' applied to 'list(int).(int)'\n | l.isSorted(1)\n | ..........^",
      0,
    ],
    [
      's.find(1)',
      "refused: ERROR: <input>:1:7: found no matching overload for 'find' applied to 'string.(int)'\n | s.find(1)\n | ......^",
      0,
    ],
    [
      '1 +',
      "refused: ERROR: <input>:1:4: Syntax error: mismatched input '<EOF>' expecting {'[', '{', '(', '.', '-', '!', 'true', 'false', 'null', NUM_FLOAT, NUM_INT, NUM_UINT, STRING, BYTES, IDENTIFIER}\n | 1 +\n | ...^",
      0,
    ],
  ]);
});
