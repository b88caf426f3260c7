import { bothStream, bytes, int64, message, one, oneOf, rpc, str, strMap } from '../../grpc/index.ts';

/** As much of containerd's own services as bringing an image in takes: CRI has no call for it. */
const descriptor = message('Descriptor', {
  mediaType: [1, str],
  digest: [2, str],
  size: [3, int64],
  annotations: [5, strMap],
});
const storedImage = message('Image', { name: [1, str], labels: [2, strMap], target: [3, one(descriptor)] });
const imageAnswer = (name: string) => message(name, { image: [1, one(storedImage)] });
const empty = message('Empty', {});

export const imageStore = {
  package: 'containerd.services.images.v1',
  name: 'Images',
  methods: {
    get: rpc('Get', message('GetImageRequest', { name: [1, str] }), imageAnswer('GetImageResponse')),
    create: rpc('Create', imageAnswer('CreateImageRequest'), imageAnswer('CreateImageResponse')),
    update: rpc('Update', imageAnswer('UpdateImageRequest'), imageAnswer('UpdateImageResponse')),
  },
} as const;

const writeAction = oneOf('WriteAction', { STAT: 0, WRITE: 1, COMMIT: 2 });
export const contentStore = {
  package: 'containerd.services.content.v1',
  name: 'Content',
  methods: {
    write: bothStream(
      'Write',
      message('WriteContentRequest', {
        action: [1, writeAction],
        ref: [2, str],
        total: [3, int64],
        expected: [4, str],
        offset: [5, int64],
        data: [6, bytes],
        labels: [7, strMap],
      }),
      message('WriteContentResponse', { action: [1, writeAction], offset: [4, int64], digest: [6, str] }),
    ),
  },
} as const;

const lease = message('Lease', { id: [1, str], labels: [3, strMap] });
export const leaseStore = {
  package: 'containerd.services.leases.v1',
  name: 'Leases',
  methods: {
    create: rpc(
      'Create',
      message('CreateRequest', { id: [1, str], labels: [3, strMap] }),
      message('CreateResponse', { lease: [1, one(lease)] }),
    ),
    delete: rpc('Delete', message('DeleteRequest', { id: [1, str] }), empty),
  },
} as const;
