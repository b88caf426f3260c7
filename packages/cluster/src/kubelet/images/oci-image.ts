import { createHash } from 'node:crypto';

export interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
}

export interface Blob extends Descriptor {
  readonly data: Buffer;
}

/** An image of one layer: what an OCI layout holds of it. */
export interface OciImage {
  readonly manifest: Blob;
  readonly config: Blob;
  readonly layers: readonly Blob[];
}

export interface ImageSettings {
  readonly architecture: string;
  readonly entrypoint: readonly string[];
  readonly env: readonly string[];
}

const mediaTypes = {
  manifest: 'application/vnd.oci.image.manifest.v1+json',
  config: 'application/vnd.oci.image.config.v1+json',
  // Not packed: it goes no farther than this machine.
  layer: 'application/vnd.oci.image.layer.v1.tar',
} as const;

/** The same files and settings give the same image, byte for byte. */
export function ociImage(layerTar: Buffer, { architecture, entrypoint, env }: ImageSettings): OciImage {
  const layer = blob(mediaTypes.layer, layerTar);
  const config = blob(
    mediaTypes.config,
    json({
      architecture,
      os: 'linux',
      config: { Env: env, Entrypoint: entrypoint, WorkingDir: '/' },
      rootfs: { type: 'layers', diff_ids: [layer.digest] },
    }),
  );
  const manifest = blob(
    mediaTypes.manifest,
    json({
      schemaVersion: 2,
      mediaType: mediaTypes.manifest,
      config: descriptorOf(config),
      layers: [descriptorOf(layer)],
    }),
  );
  return { manifest, config, layers: [layer] };
}

const descriptorOf = ({ mediaType, digest, size }: Blob): Descriptor => ({ mediaType, digest, size });

function blob(mediaType: string, data: Buffer): Blob {
  return { mediaType, digest: `sha256:${createHash('sha256').update(data).digest('hex')}`, size: data.length, data };
}

const json = (value: unknown) => Buffer.from(JSON.stringify(value));
