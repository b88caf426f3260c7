/**
 * Nodes without machines: what a kubelet is to the API and to kubectl, with no containers behind it. Thousands fit in one
 * process, since all of them share one watch, one queue of pods and one round of heartbeats, and nothing waits on a timer of
 * its own unless it was asked to take time.
 */
export { defaultSimNodesConfig, type SimNodesConfig } from './config.ts';
export { runSimNodes, type SimNodesDeps } from './run-sim-nodes.ts';
