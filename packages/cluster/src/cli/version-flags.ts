import { InvalidArgumentError, Option } from 'commander';

/** Of what is spoken here there is one version, which these may name; asked for another, nothing starts. */
export const versionFlags = (): Option[] => [
  oneOf('--emulated-version', ['1.36'], (said) => `${said}: only 1.36 is there`),
  oneOf('--min-compatibility-version', ['1.36', '1.35'], (said) => `${said}: only 1.36 and 1.35 are there`),
  oneOf(
    '--show-hidden-metrics-for-version',
    ['1.35'],
    () =>
      "--show-hidden-metrics-for-version must be omitted or have the value '1.35'. Only the previous minor version is allowed",
  ),
  oneOf(
    '--logging-format',
    ['text'],
    (said) => `format: Invalid value: ${JSON.stringify(said)}: Unsupported log format`,
  ),
];

const oneOf = (flag: string, good: readonly string[], why: (said: string) => string): Option =>
  new Option(`${flag} <text>`, `no other than ${good.join(' or ')}`)
    .argParser((text: string) => {
      const wrong = text.split(',').find((part) => !good.includes(part.trim().replace(/^kube=|^v/g, '')));
      if (wrong !== undefined) throw new InvalidArgumentError(why(wrong));
      return text;
    })
    .hideHelp();
