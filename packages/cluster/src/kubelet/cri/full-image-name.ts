/** The name in full, as runtimes keep it: with registry, repository and tag. */
export function fullImageName(image: string): string {
  const slash = image.indexOf('/');
  const first = slash < 0 ? '' : image.slice(0, slash);
  const isHost = first.includes('.') || first.includes(':') || first === 'localhost' || first !== first.toLowerCase();
  let registry = isHost ? first : 'docker.io';
  let rest = isHost ? image.slice(slash + 1) : image;
  if (registry === 'index.docker.io') registry = 'docker.io';
  if (registry === 'docker.io' && !rest.includes('/')) rest = `library/${rest}`;
  const hasTag = rest.includes('@') || /:[^/]*$/.test(rest);
  return `${registry}/${rest}${hasTag ? '' : ':latest'}`;
}
