/**
 * What tests of programs on this SDK need: time under the test's control, a client without a server, and builders of
 * objects. The contract suites here are passed by the fakes and by the real thing.
 */
export { SimClock } from './sim-clock.ts';
export { FakeCluster, type FakeClusterOptions } from './fake-cluster.ts';
export { FakeClient, type Reactor } from './fake-client.ts';
export {
  anySchema,
  fuzz,
  fuzzOptions,
  type FuzzOptions,
  type FuzzTarget,
  Recipe,
  refusedBy,
  refusedLaterBy,
} from './fuzz/index.ts';
export { clientContract, type ClientUnderTest } from './client-contract.ts';
export { aDeployment, aNode, anObject, aPod, aReadyPod, aReplicaSet, aService, type Part } from './builders.ts';
