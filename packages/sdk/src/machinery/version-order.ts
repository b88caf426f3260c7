const released = /^v(\d+)(?:(alpha|beta)(\d+))?$/;

/** Kubernetes' order of versions, the preferred first: `v2, v1, v1beta2, v1alpha1`, and then whatever else there is by name. */
export function compareVersions(a: string, b: string): number {
  const [x, y] = [rankOf(a), rankOf(b)];
  if (!x || !y) return x ? -1 : y ? 1 : a < b ? -1 : a > b ? 1 : 0;
  return y.stage - x.stage || y.major - x.major || y.minor - x.minor;
}

function rankOf(version: string): { stage: number; major: number; minor: number } | undefined {
  const found = released.exec(version);
  if (!found) return undefined;
  const [, major, stage, minor] = found;
  return { stage: stage === 'alpha' ? 0 : stage === 'beta' ? 1 : 2, major: Number(major), minor: Number(minor ?? 0) };
}
