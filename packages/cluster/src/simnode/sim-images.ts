import type { ImageSource } from '../podspec/index.ts';

export interface SimImage {
  readonly size: number;
}

/** Every image is there, but those of the domain that never resolves (RFC 6761): they fail as they would anywhere. */
export const simImages: ImageSource<SimImage, never, never> = {
  status: ({ image }) => Promise.resolve(isOfNobody(image) ? undefined : { size: 0 }),
  pull: ({ image }) => (isOfNobody(image) ? Promise.reject(new Error(unresolved(image))) : Promise.resolve(image)),
};

const hostOf = (image: string) => image.split('/')[0]!.replace(/:\d+$/, '');

const isOfNobody = (image: string) => image.includes('/') && /(^|\.)invalid$/.test(hostOf(image));

/** In containerd's words. */
function unresolved(image: string): string {
  const [, name = '', tag = 'latest'] = /^[^/]+\/(.*?)(?:[:@]([^/]+))?$/.exec(image) ?? [];
  const [registry] = image.split('/');
  return (
    `rpc error: code = Unknown desc = failed to pull and unpack image "${image}": failed to resolve reference "${image}": ` +
    `failed to do request: Head "https://${registry}/v2/${name}/manifests/${tag}": dial tcp: lookup ${hostOf(image)}: no such host`
  );
}
