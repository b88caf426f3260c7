/** What is wrong with a value, each a sentence as upstream words it; nothing when it is good. */
export type Problems = string[];

const label = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
const subdomain = `${label}(\\.${label})*`;
const label1035 = '[a-z]([-a-z0-9]*[a-z0-9])?';
const qualified = '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]';
const labelValue = `(${qualified})?`;
const envName = '[-._a-zA-Z][-._a-zA-Z0-9]*';
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
  envName: whole(envName),
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
const bytes = (s: string): number => Buffer.byteLength(s);

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
  return [
    ...(s.length > 63 ? ['must be no more than 63 characters'] : []),
    // A name that would do as a subdomain has nothing wrong with it but its dots.
    ...(is.label.test(s) ? [] : [is.subdomain.test(s) ? 'must not contain dots' : labelProblem]),
  ];
}

export function dnsSubdomainProblems(s: string): Problems {
  return [
    ...(s.length > 253 ? ['must be no more than 253 characters'] : []),
    ...(is.subdomain.test(s) ? [] : [subdomainProblem]),
  ];
}

const underscoreLabel = '_?[a-z0-9]([-_a-z0-9]*[a-z0-9])?';
const underscoreSubdomain = `${underscoreLabel}(\\.${underscoreLabel})*`;

/** Search paths of DNS: subdomains that may have underscores. */
export function underscoreSubdomainProblems(s: string): Problems {
  const shape = regexProblem(
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '_', '-' or '.', and must start and end with an alphanumeric character",
    underscoreSubdomain,
    'example.com',
  );
  return [
    ...(s.length > 253 ? ['must be no more than 253 characters'] : []),
    ...(whole(underscoreSubdomain).test(s) ? [] : [shape]),
  ];
}

export function dns1035LabelProblems(s: string): Problems {
  const shape = regexProblem(
    "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character",
    label1035,
    'my-name',
    'abc-123',
  );
  return [...(s.length > 63 ? ['must be no more than 63 characters'] : []), ...(is.label1035.test(s) ? [] : [shape])];
}

export function wildcardSubdomainProblems(s: string): Problems {
  const pattern = `\\*\\.${subdomain}`;
  const shape = regexProblem(
    "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must consist of lower case alphanumeric characters, '-' or '.' and end with an alphanumeric character",
    pattern,
    '*.example.com',
  );
  return [
    ...(s.length > 253 ? ['must be no more than 253 characters'] : []),
    ...(whole(pattern).test(s) ? [] : [shape]),
  ];
}

const namePart =
  "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character";

/** Label and annotation keys, finalizers, condition types: a name of up to 63 bytes, with a DNS subdomain and `/` before it or not. */
export function qualifiedNameProblems(s: string): Problems {
  const problems: Problems = [];
  const parts = s.split('/');
  if (parts.length > 2) {
    return [
      `${regexProblem(`a valid label key ${namePart}`, qualified, 'MyName', 'my.name', '123-abc')} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`,
    ];
  }
  const name = parts.at(-1)!;
  if (parts.length === 2) {
    if (!parts[0]) problems.push('prefix part must be non-empty');
    else problems.push(...prefixProblems(parts[0]).map((p) => `prefix part ${p}`));
  }
  if (!name) problems.push('name part must be non-empty');
  else if (bytes(name) > 63) problems.push(`name part ${tooLong(63)}`);
  if (!is.qualified.test(name)) {
    problems.push(`name part ${regexProblem(namePart, qualified, 'MyName', 'my.name', '123-abc')}`);
  }
  return problems;
}

// As a prefix a subdomain's length is told in bytes.
const prefixProblems = (s: string): Problems => [
  ...(s.length > 253 ? [tooLong(253)] : []),
  ...(is.subdomain.test(s) ? [] : [subdomainProblem]),
];

export function labelValueProblems(s: string): Problems {
  const shape = regexProblem(
    "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character",
    labelValue,
    'MyValue',
    'my_value',
    '12345',
  );
  return [...(bytes(s) > 63 ? [tooLong(63)] : []), ...(is.labelValue.test(s) ? [] : [shape])];
}

/** RBAC objects may be called anything that fits one segment of a path. */
export function pathSegmentProblems(s: string): Problems {
  if (s === '.' || s === '..') return [`may not be '${s}'`];
  return ['/', '%'].filter((c) => s.includes(c)).map((c) => `may not contain '${c}'`);
}

/** Keys of ConfigMaps and Secrets. */
export function configKeyProblems(s: string): Problems {
  const problems: Problems = [];
  if (s.length > 253) problems.push('must be no more than 253 characters');
  if (!is.configKey.test(s)) {
    problems.push(
      regexProblem(
        "a valid config key must consist of alphanumeric characters, '-', '_' or '.'",
        configKey,
        'key.name',
        'KEY_NAME',
        'key-name',
      ),
    );
  }
  return [...problems, ...dotProblems(s)];
}

function dotProblems(s: string): Problems {
  if (s === '.' || s === '..') return [`must not be '${s}'`];
  return s.startsWith('..') ? ["must not start with '..'"] : [];
}

/** Names of environment variables, strictly. */
export function envVarNameProblems(s: string): Problems {
  const shape = regexProblem(
    "a valid environment variable name must consist of alphabetic characters, digits, '_', '-', or '.', and must not start with a digit",
    envName,
    'my.env-name',
    'MY_ENV.NAME',
    'MyEnvName1',
  );
  return [...(is.envName.test(s) ? [] : [shape]), ...dotProblems(s)];
}

/** Names of environment variables as they may be since 1.34: printable ASCII but `=`. */
export function relaxedEnvVarNameProblems(s: string): Problems {
  if (s.length === 0) return ['environment variable name must be non-empty'];
  const shape = "a valid environment variable name must consist only of printable ASCII characters other than '='";
  return /^[ -<>-~]+$/.test(s) ? [] : [shape];
}

export const portProblems = (port: number): Problems =>
  port >= 1 && port <= 65535 ? [] : ['must be between 1 and 65535, inclusive'];

/** Names of ports: IANA service names. */
export function portNameProblems(s: string): Problems {
  const problems: Problems = [];
  if (s.length > 15) problems.push('must be no more than 15 characters');
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
