import {
  dnsLabelProblems,
  dnsSubdomainProblems,
  type FieldError,
  invalid,
  type Path,
  required,
  tooLong,
} from '../../machinery/index.ts';

const longestDomain = 253;
const longestSigner = 571;

/** `example.com/signer`: a domain, and a path of dot-separated names below it. */
export function* signerNameRules(name: string, at: Path): Iterable<FieldError> {
  if (!name) return yield required(at);
  const [domain = '', path, ...rest] = name.split('/');
  if (path === undefined || rest.length) {
    const why = "must be a fully qualified domain and path of the form 'example.com/signer-name'";
    return yield invalid(at, name, why);
  }
  if (domain.length > longestDomain) yield tooLong(at, longestDomain);
  const labels = domain.split('.');
  yield* firstBad(labels, dnsLabelProblems, { whole: domain, at });
  if (labels.length < 2) {
    yield invalid(at, domain, 'should be a domain with at least two segments separated by dots');
  }
  yield* firstBad(path.split('.'), dnsSubdomainProblems, { whole: path, at });
  if (name.length > longestSigner) yield tooLong(at, longestSigner);
}

/** Only the first part that is wrong is told. */
function* firstBad(
  parts: readonly string[],
  problems: (part: string) => string[],
  { whole, at }: { whole: string; at: Path },
): Iterable<FieldError> {
  const bad = parts.find((part) => problems(part).length);
  if (bad === undefined) return;
  for (const p of problems(bad)) yield invalid(at, whole, `validating label ${JSON.stringify(bad)}: ${p}`);
}
