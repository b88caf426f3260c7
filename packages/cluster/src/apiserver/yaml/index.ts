/**
 * Bodies in YAML: read as upstream's parser reads them and refused in its words, and written as upstream's printer writes them.
 * What is wrong with a text is found by a scanner of our own, which goes on to the same places; what is good is read by the `yaml`
 * package.
 */
export { YamlProblem } from './problem.ts';
export { readYaml } from './read.ts';
export { writeYaml } from './write.ts';
