const component = '[a-z0-9]+(?:(?:[._]|__|[-]+)[a-z0-9]+)*';
const host =
  '(?:[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?(?:\\.[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)*|\\[[0-9a-fA-F:]+\\])(?::[0-9]+)?';
const path = `${component}(?:/${component})*`;
const reference = new RegExp(
  `^(?:${host}/)?${path}(?::[\\w][\\w.-]{0,127})?(?:@[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,})?$`,
);

/** Why a text doesn't name an image, in the words of the library that everybody parses names with; undefined when it does. */
export function imageProblem(image: string): string | undefined {
  if (reference.test(image)) return undefined;
  const lowered = reference.test(image.toLowerCase());
  const why = lowered ? 'invalid reference format: repository name must be lowercase' : 'invalid reference format';
  return `couldn't parse image name "${image}": ${why}`;
}
