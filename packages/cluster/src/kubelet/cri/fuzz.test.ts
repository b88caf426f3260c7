import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fuzz, fuzzOptions } from '@tiphys/sdk/testing';
import { definitionOf, type Service } from '../../grpc/index.ts';
import { readRuntimePod } from '../pods/runtime-pod.ts';
import type { ContainerRuntime } from './runtime.ts';
import { imageService, runtimeService } from './services.ts';

const codecsOf = (service: Service) =>
  Object.values(service.methods).map(({ name }) => {
    const { responseDeserialize: read, responseSerialize: write } = definitionOf(service)[name]!;
    return { name, read: (bytes: Buffer) => read(bytes) as Record<string, unknown>, write: (m: object) => write(m) };
  });
const codecs = [...codecsOf(runtimeService), ...codecsOf(imageService)];
const readerOf = (name: string) => codecs.find((c) => c.name === name)!.read;

const tags = Array.from({ length: 14 }, (_, i) => [
  String.fromCharCode(8 * (i + 1)) + '\x01',
  String.fromCharCode(8 * (i + 1) + 2) + '\x04',
]);
const words = [...tags.flat(), '\x0a\x03a\x01b', 'io.kubernetes.pod.uid', '\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01'];

/** What a runtime that answers with just these bytes is taken to have. */
const runtimePodOf = (bytes: Buffer): Promise<unknown> => {
  const status = readerOf('PodSandboxStatus')(bytes)['status'];
  const containers = readerOf('ListContainers')(bytes)['containers'];
  // Once for all: there may be thousands.
  const containerStatus = readerOf('ContainerStatus')(bytes)['status'] ?? {};
  const runtime = {
    listPodSandboxes: async () => readerOf('ListPodSandbox')(bytes)['items'],
    listContainers: async () => containers,
    podSandboxStatus: async () => status ?? {},
    containerStatus: async () => containerStatus,
  } as unknown as ContainerRuntime;
  return readRuntimePod(runtime, 'uid', new AbortController().signal);
};

/** protobuf.js has no class for what ends too early, nests too deep, or has a wire type that there is none of. */
const refusals = /^(invalid (wire type|varint)|no such|illegal|maximum nesting depth)/;

test('what a runtime answers is read or refused, and says the same when it is written again', async () => {
  const check = async (input: Buffer) => {
    const { read, write } = codecs[(input[0] ?? 0) % codecs.length]!;
    const bytes = input.subarray(1);
    try {
      const message = read(bytes);
      assert.deepEqual(read(write(message)), message);
      await runtimePodOf(bytes);
    } catch (err) {
      if (!(err instanceof RangeError) && !refusals.test((err as Error).message)) throw err;
    }
  };
  const corpus = new URL('../../../src/kubelet/cri/corpus/answers.txt', import.meta.url);
  await fuzz({ corpus, words, check }, fuzzOptions(process.env));
});
