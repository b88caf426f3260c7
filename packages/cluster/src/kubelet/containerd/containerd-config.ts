import { join } from 'node:path';
import type { ContainerdMachine } from './containerd-machine.ts';
import type { ContainerdPaths } from './paths.ts';
import { toToml, type TomlTable } from './toml.ts';

export interface ContainerdSettings {
  readonly paths: ContainerdPaths;
  readonly machine: ContainerdMachine;
  readonly sandboxImage: string;
  /** Where the network's configuration lies. */
  readonly cniConfDir: string;
}

/** The configuration of a private containerd, in the version that its release reads. */
export function containerdConfig(settings: ContainerdSettings): string {
  const { paths, machine } = settings;
  const isNew = machine.version.major >= 2;
  return toToml({
    version: isNew ? 3 : 2,
    root: paths.root,
    state: paths.state,
    // Even a machine that is short of memory keeps it.
    oom_score: machine.mayLowerOomScore ? -999 : 0,
    grpc: { address: paths.socket },
    debug: { level: 'warn' },
    plugins: {
      'io.containerd.internal.v1.opt': { path: join(paths.root, 'opt') },
      // Its socket is the machine's, not ours.
      'io.containerd.nri.v1.nri': { disable: true },
      ...(isNew ? newPlugins(settings) : oldPlugins(settings)),
    },
  });
}

function oldPlugins(settings: ContainerdSettings): TomlTable {
  const { paths, machine, sandboxImage, cniConfDir } = settings;
  return {
    'io.containerd.grpc.v1.cri': {
      sandbox_image: sandboxImage,
      ...streaming,
      ...common(settings),
      cni: { bin_dir: machine.cniBinDir, conf_dir: cniConfDir },
      registry: { config_path: paths.certsDir },
      containerd: { snapshotter: machine.snapshotter, runtimes: { runc: runc(settings) } },
    },
  };
}

/** Since 2.0 the plugin is three. */
function newPlugins(settings: ContainerdSettings): TomlTable {
  const { paths, machine, sandboxImage, cniConfDir } = settings;
  // Renamed to a list in 2.1.
  const bin = machine.version.minor >= 1 || machine.version.major > 2;
  const binDir: TomlTable = bin ? { bin_dirs: [machine.cniBinDir] } : { bin_dir: machine.cniBinDir };
  return {
    'io.containerd.grpc.v1.cri': streaming,
    'io.containerd.cri.v1.images': {
      snapshotter: machine.snapshotter,
      pinned_images: { sandbox: sandboxImage },
      registry: { config_path: paths.certsDir },
    },
    'io.containerd.cri.v1.runtime': {
      ...common(settings),
      cni: { ...binDir, conf_dir: cniConfDir },
      containerd: { runtimes: { runc: runc(settings) } },
    },
  };
}

/** Nobody but the node agent talks to it. */
const streaming = { disable_tcp_service: true, stream_server_address: '127.0.0.1', stream_server_port: '0' };

const common = ({ machine }: ContainerdSettings): TomlTable => ({
  // They go with us, and two nodes on one machine don't meet.
  netns_mounts_under_state_dir: true,
  enable_unprivileged_ports: true,
  enable_unprivileged_icmp: true,
  // Where a lower score than one's own may not be given, asking for it makes every container fail.
  ...(!machine.mayLowerOomScore && { restrict_oom_score_adj: true }),
});

const runc = ({ paths, machine }: ContainerdSettings): TomlTable => ({
  runtime_type: 'io.containerd.runc.v2',
  options: { SystemdCgroup: machine.cgroupDriver === 'systemd', Root: join(paths.state, 'runc') },
});
