/** Text that isn't YAML. The message is upstream's. */
export class YamlProblem extends Error {}
