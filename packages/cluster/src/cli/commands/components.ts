import { Command, Option } from 'commander';
import type { ComponentServerOptions } from '../component-server.ts';
import { flags, parseAddress, parseBool, parseCidr, parsePort } from '../flags.ts';
import type { Level } from '../logger.ts';
import { machineAddress, machineName } from '../machine.ts';
import { stopSignal } from '../stop-signal.ts';

interface Shared {
  kubeconfig: string;
  logLevel: Level;
}

const component = (name: string, what: string): Command =>
  new Command(name).description(what).addOption(flags.kubeconfig()).addOption(flags.logLevel());

const leaderElect = () =>
  new Option('--leader-elect [bool]', 'let only one of several of its kind work')
    .argParser(parseBool)
    .preset('true')
    .default(true);

const certificate = (command: Command, whose: string): Command =>
  command
    .option('--tls-cert-file <file>', `certificate to show instead of ${whose}`)
    .option('--tls-private-key-file <file>', 'its key')
    .option('--client-ca-file <file>', "authority of clients' certificates; that of the kubeconfig unless given");

const served = (command: Command, port: number): Command =>
  certificate(
    command
      .addOption(
        new Option('--secure-port <port>', 'port of health endpoints and metrics; 0 for none')
          .argParser(parsePort)
          .default(port),
      )
      .addOption(new Option('--bind-address <ip>', 'address to listen on').argParser(parseAddress).default('0.0.0.0'))
      .addOption(flags.profiling()),
    'one that is made at every start',
  );

const hostnameOverride = () => new Option('--hostname-override <name>', 'name of the node').default(machineName());

export const controllerManagerCommand = (): Command =>
  served(component('controller-manager', 'The controllers alone.'), 10_257)
    .addOption(leaderElect())
    .option('--root-ca-file <file>', "certificates by which pods know the API server; the kubeconfig's unless given")
    .addOption(
      new Option('--cluster-cidr <cidr>', 'give nodes their pod networks out of this one').argParser(parseCidr),
    )
    .action(
      async (
        o: Shared & ComponentServerOptions & { leaderElect: boolean; rootCaFile?: string; clusterCidr?: string },
      ) => {
        const { signal } = stopSignal();
        const { controllerManager } = await import('../components.ts');
        await controllerManager(o, signal);
      },
    );

export const schedulerCommand = (): Command =>
  served(component('scheduler', 'The scheduler alone.'), 10_259)
    .addOption(leaderElect())
    .action(async (o: Shared & ComponentServerOptions & { leaderElect: boolean }) => {
      const { signal } = stopSignal();
      const { scheduler } = await import('../components.ts');
      await scheduler(o, signal);
    });

export const kubeletCommand = (): Command =>
  certificate(
    component('kubelet', 'The node agent alone, over a container runtime that runs.'),
    'one made at every start',
  )
    .addOption(flags.kubeletPort('--port'))
    .addOption(hostnameOverride())
    .addOption(
      new Option('--container-runtime-endpoint <socket>', 'socket of the container runtime').default(
        '/run/containerd/containerd.sock',
      ),
    )
    .addOption(new Option('--node-ip <ip>', 'address of the node').default(machineAddress()))
    .addOption(new Option('--root-dir <dir>', 'volumes and other files of pods').default('/var/lib/kubelet'))
    .addOption(new Option('--pod-logs-dir <dir>', 'logs of containers').default('/var/log/pods'))
    .addOption(new Option('--cgroup-root <name>', 'group that those of pods are under').default('kubepods'))
    .addOption(new Option('--cluster-dns <ip...>', 'name servers of pods').default([]))
    .addOption(new Option('--cluster-domain <domain>', 'domain of the cluster').default('cluster.local'))
    .action(async (o: KubeletFlags) => {
      const { signal } = stopSignal();
      const { kubelet } = await import('../components.ts');
      await kubelet(o, signal);
    });

interface KubeletFlags extends Shared {
  port: number;
  tlsCertFile?: string;
  tlsPrivateKeyFile?: string;
  clientCaFile?: string;
  hostnameOverride: string;
  containerRuntimeEndpoint: string;
  nodeIp: string;
  rootDir: string;
  podLogsDir: string;
  cgroupRoot: string;
  clusterDns: string[];
  clusterDomain: string;
}

export const proxyCommand = (): Command =>
  component('proxy', 'The service proxy of a node alone (nftables).')
    .addOption(hostnameOverride())
    .addOption(flags.clusterCidr())
    .addOption(flags.serviceRange('10.96.0.0/12'))
    .action(async (o: Shared & { hostnameOverride: string; clusterCidr: string; serviceClusterIpRange: string }) => {
      const { signal } = stopSignal();
      const { proxy } = await import('../components.ts');
      await proxy(o, signal);
    });

export const dnsCommand = (): Command =>
  component('dns', "The cluster's DNS server alone.")
    .addOption(new Option('--address <ip>', 'address to listen on').default(machineAddress()))
    .addOption(new Option('--port <port>', 'port of UDP and TCP').argParser(parsePort).default(53))
    .addOption(flags.serviceRange('10.96.0.0/12'))
    .addOption(new Option('--cluster-domain <domain>', 'domain of the cluster').default('cluster.local'))
    .action(async (o: DnsFlags) => {
      const { signal } = stopSignal();
      const { dns } = await import('../components.ts');
      await dns(o, signal);
    });

interface DnsFlags extends Shared {
  address: string;
  port: number;
  serviceClusterIpRange: string;
  clusterDomain: string;
}
