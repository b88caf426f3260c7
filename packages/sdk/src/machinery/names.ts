/** What is wrong with a value, each a sentence as upstream words it; nothing when it is good. */
export type Problems = string[];

const label = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
const subdomain = `${label}(\\.${label})*`;
const label1035 = '[a-z]([-a-z0-9]*[a-z0-9])?';
const qualified = '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]';
const labelValue = `(${qualified})?`;
const configKey = '[-._a-zA-Z0-9]+';
const percent = '[0-9]+%';
const headerName = '[-A-Za-z0-9]+';
const cIdentifier = '[A-Za-z_][A-Za-z0-9_]*';

const whole = (pattern: string): RegExp => new RegExp(`^(?:${pattern})$`);
const is = {
  label: whole(label),
  subdomain: whole(subdomain),
  label1035: whole(label1035),
  qualified: whole(qualified),
  labelValue: whole(labelValue),
  configKey: whole(configKey),
  percent: whole(percent),
  headerName: whole(headerName),
  cIdentifier: whole(cIdentifier),
};

/** `…must consist of… (e.g. 'a',  or 'b', regex used for validation is 'R')`. */
export function regexProblem(message: string, pattern: string, ...examples: string[]): string {
  if (!examples.length) return `${message} (regex used for validation is '${pattern}')`;
  const e = examples.map((x, i) => `${i > 0 ? ' or ' : ''}'${x}', `).join('');
  return `${message} (e.g. ${e}regex used for validation is '${pattern}')`;
}

const tooLong = (max: number): string => `must be no more than ${max} bytes`;
const lengthProblems = (s: string, max: number): Problems =>
  s.length > max ? [`must be no more than ${max} characters`] : [];
/** More bytes than these; none of UTF-8's characters has more than three a unit of UTF-16. */
const isLonger = (s: string, max: number): boolean => s.length * 3 > max && Buffer.byteLength(s) > max;

const labelProblem = regexProblem(
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character",
  label,
  'my-name',
  '123-abc',
);
const subdomainProblem = regexProblem(
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character",
  subdomain,
  'example.com',
);

export function dnsLabelProblems(s: string): Problems {
  const problems = lengthProblems(s, 63);
  // A name that would do as a subdomain has nothing wrong with it but its dots.
  if (!is.label.test(s)) problems.push(is.subdomain.test(s) ? 'must not contain dots' : labelProblem);
  return problems;
}

/** The same as declared rules have it, which count in bytes. */
export function shortNameProblems(s: string): Problems {
  const problems: Problems = isLonger(s, 63) ? [tooLong(63)] : [];
  if (!is.label.test(s)) problems.push(is.subdomain.test(s) ? 'must not contain dots' : labelProblem);
  return problems;
}

export function dnsSubdomainProblems(s: string): Problems {
  const problems = lengthProblems(s, 253);
  if (!is.subdomain.test(s)) problems.push(subdomainProblem);
  return problems;
}

/** The same as declared rules have it, which count in bytes. */
export function longNameProblems(s: string): Problems {
  const problems: Problems = isLonger(s, 253) ? [tooLong(253)] : [];
  if (!is.subdomain.test(s)) problems.push(subdomainProblem);
  return problems;
}

const caselessProblem = regexProblem(
  "an RFC 1123 subdomain must consist of alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character",
  subdomain,
  'Example.com',
);

/** A long name in which capitals pass; the pattern that is told knows none. */
export function caselessLongNameProblems(s: string): Problems {
  const problems: Problems = isLonger(s, 253) ? [tooLong(253)] : [];
  if (!is.subdomain.test(s.toLowerCase())) problems.push(caselessProblem);
  return problems;
}

const underscoreLabel = '_?[a-z0-9]([-_a-z0-9]*[a-z0-9])?';
const underscoreSubdomain = `${underscoreLabel}(\\.${underscoreLabel})*`;

const isUnderscoreSubdomain = whole(underscoreSubdomain);
const underscoreSubdomainProblem = regexProblem(
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '_', '-' or '.', and must start and end with an alphanumeric character",
  underscoreSubdomain,
  'example.com',
);

/** Search paths of DNS: subdomains that may have underscores. */
export function underscoreSubdomainProblems(s: string): Problems {
  const problems = lengthProblems(s, 253);
  if (!isUnderscoreSubdomain.test(s)) problems.push(underscoreSubdomainProblem);
  return problems;
}

const label1035Problem = regexProblem(
  "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character",
  label1035,
  'my-name',
  'abc-123',
);

export function dns1035LabelProblems(s: string): Problems {
  const problems = lengthProblems(s, 63);
  if (!is.label1035.test(s)) problems.push(label1035Problem);
  return problems;
}

const wildcardSubdomain = `\\*\\.${subdomain}`;
const isWildcardSubdomain = whole(wildcardSubdomain);
const wildcardSubdomainProblem = regexProblem(
  "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must consist of lower case alphanumeric characters, '-' or '.' and end with an alphanumeric character",
  wildcardSubdomain,
  '*.example.com',
);

export function wildcardSubdomainProblems(s: string): Problems {
  const problems = lengthProblems(s, 253);
  if (!isWildcardSubdomain.test(s)) problems.push(wildcardSubdomainProblem);
  return problems;
}

const namePart =
  "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character";
const qualifiedProblem = `name part ${regexProblem(namePart, qualified, 'MyName', 'my.name', '123-abc')}`;
const slashesProblem = `${regexProblem(`a valid label key ${namePart}`, qualified, 'MyName', 'my.name', '123-abc')} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`;

/** Label and annotation keys, finalizers, condition types: a name of up to 63 bytes, with a DNS subdomain and `/` before it or not. */
export function qualifiedNameProblems(s: string): Problems {
  const slash = s.indexOf('/');
  if (slash !== s.lastIndexOf('/')) return [slashesProblem];
  const problems: Problems = [];
  if (slash === 0) problems.push('prefix part must be non-empty');
  else if (slash > 0) for (const p of prefixProblems(s.slice(0, slash))) problems.push(`prefix part ${p}`);
  const name = slash === -1 ? s : s.slice(slash + 1);
  if (!name) problems.push('name part must be non-empty');
  else if (isLonger(name, 63)) problems.push(`name part ${tooLong(63)}`);
  if (!is.qualified.test(name)) problems.push(qualifiedProblem);
  return problems;
}

// As a prefix a subdomain's length is told in bytes.
function prefixProblems(s: string): Problems {
  const problems: Problems = s.length > 253 ? [tooLong(253)] : [];
  if (!is.subdomain.test(s)) problems.push(subdomainProblem);
  return problems;
}

const labelValueProblem = regexProblem(
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character",
  labelValue,
  'MyValue',
  'my_value',
  '12345',
);

export function labelValueProblems(s: string): Problems {
  const problems: Problems = isLonger(s, 63) ? [tooLong(63)] : [];
  if (!is.labelValue.test(s)) problems.push(labelValueProblem);
  return problems;
}

/** RBAC objects may be called anything that fits one segment of a path. */
export function pathSegmentProblems(s: string): Problems {
  if (s === '.' || s === '..') return [`may not be '${s}'`];
  const problems: Problems = [];
  if (s.includes('/')) problems.push("may not contain '/'");
  if (s.includes('%')) problems.push("may not contain '%'");
  return problems;
}

const configKeyProblem = regexProblem(
  "a valid config key must consist of alphanumeric characters, '-', '_' or '.'",
  configKey,
  'key.name',
  'KEY_NAME',
  'key-name',
);

/** Keys of ConfigMaps and Secrets. */
export function configKeyProblems(s: string): Problems {
  const problems = lengthProblems(s, 253);
  if (!is.configKey.test(s)) problems.push(configKeyProblem);
  problems.push(...dotProblems(s));
  return problems;
}

function dotProblems(s: string): Problems {
  if (s === '.' || s === '..') return [`must not be '${s}'`];
  return s.startsWith('..') ? ["must not start with '..'"] : [];
}

/** Names of environment variables as they may be since 1.34: printable ASCII but `=`. */
export function relaxedEnvVarNameProblems(s: string): Problems {
  if (s.length === 0) return ['environment variable name must be non-empty'];
  if (/^[ -<>-~]+$/.test(s)) return [];
  return ["a valid environment variable name must consist only of printable ASCII characters other than '='"];
}

export const portProblems = (port: number): Problems =>
  port >= 1 && port <= 65535 ? [] : ['must be between 1 and 65535, inclusive'];

/** Names of ports: IANA service names. */
export function portNameProblems(s: string): Problems {
  const problems = lengthProblems(s, 15);
  if (!/^[-a-z0-9]+$/.test(s)) problems.push('must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)');
  if (!/[a-z]/.test(s)) problems.push('must contain at least one letter (a-z)');
  if (s.includes('--')) problems.push('must not contain consecutive hyphens');
  if (s.startsWith('-') || s.endsWith('-')) problems.push('must not begin or end with a hyphen');
  return problems;
}

export const percentProblems = (s: string): Problems =>
  is.percent.test(s)
    ? []
    : [regexProblem("a valid percent string must be a numeric string followed by an ending '%'", percent, '1%', '93%')];

export const headerNameProblems = (s: string): Problems =>
  is.headerName.test(s)
    ? []
    : [regexProblem("a valid HTTP header must consist of alphanumeric characters or '-'", headerName, 'X-Header-Name')];

export const cIdentifierProblems = (s: string): Problems =>
  is.cIdentifier.test(s)
    ? []
    : [
        regexProblem(
          "a valid C identifier must start with alphabetic character or '_', followed by a string of alphanumeric characters or '_'",
          cIdentifier,
          'my_name',
          'MY_NAME',
          'MyName',
        ),
      ];

export const isId = (n: number): boolean => n >= 0 && n <= 2147483647;
