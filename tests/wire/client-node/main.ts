/**
 * Talks to the cluster of a kubeconfig through the official client for Node, and prints what came of each conversation:
 * `ok NAME`, or `not ok NAME: why`. A program of its own, since the client needs a newer Node than we do.
 */
import { KubeConfig } from '@kubernetes/client-node';
import { conversations } from './conversations.ts';

const kubeconfig = new KubeConfig();
kubeconfig.loadFromFile(process.argv[2]!);
let failed = false;
for (const { name, talk } of conversations) {
  try {
    await talk(kubeconfig);
    console.log(`ok ${name}`);
  } catch (err) {
    failed = true;
    console.log(`not ok ${name}: ${String((err as Error).message).replaceAll('\n', ' ')}`);
  }
}
process.exit(failed ? 1 : 0);
