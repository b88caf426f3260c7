import { bool, type In, int64, list, many, message, one, type Out, str, strMap, uint64 } from '../../grpc/index.ts';
import { int64Value } from './sandbox-messages.ts';

export const imageSpec = message('ImageSpec', {
  image: [1, str],
  annotations: [2, strMap],
  userSpecifiedImage: [18, str],
  runtimeHandler: [19, str],
  imageRef: [20, str],
});
export type ImageSpec = In<typeof imageSpec>;

export const image = message('Image', {
  id: [1, str],
  repoTags: [2, list(str)],
  repoDigests: [3, list(str)],
  size: [4, uint64],
  uid: [5, one(int64Value)],
  username: [6, str],
  spec: [7, one(imageSpec)],
  pinned: [8, bool],
});
export type Image = Out<typeof image>;

export const authConfig = message('AuthConfig', {
  username: [1, str],
  password: [2, str],
  auth: [3, str],
  serverAddress: [4, str],
  identityToken: [5, str],
  registryToken: [6, str],
});
export type AuthConfig = In<typeof authConfig>;

export const uint64Value = message('UInt64Value', { value: [1, uint64] });
const filesystemIdentifier = message('FilesystemIdentifier', { mountpoint: [1, str] });
export const filesystemUsage = message('FilesystemUsage', {
  timestamp: [1, int64],
  fsId: [2, one(filesystemIdentifier)],
  usedBytes: [3, one(uint64Value)],
  inodesUsed: [4, one(uint64Value)],
});
export type FilesystemUsage = Out<typeof filesystemUsage>;

export const imageFsInfoResponse = message('ImageFsInfoResponse', {
  imageFilesystems: [1, many(filesystemUsage)],
  containerFilesystems: [2, many(filesystemUsage)],
});
export type ImageFsInfo = Out<typeof imageFsInfoResponse>;
