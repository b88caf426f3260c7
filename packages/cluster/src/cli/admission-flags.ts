import { Option } from 'commander';
import type { AdmissionFlags as AdmissionOptions } from '../apiserver/index.ts';
import { gather } from './flags.ts';

export interface AdmissionFlags {
  enableAdmissionPlugins: readonly string[];
  disableAdmissionPlugins: readonly string[];
  admissionControlConfigFile?: string;
}

const plugins = (flag: string, description: string) =>
  new Option(`${flag} <names>`, description).argParser(gather).default([], 'none');

export const admissionFlags = (): Option[] => [
  plugins('--enable-admission-plugins', 'plugins beside the default ones, such as NodeRestriction'),
  plugins('--disable-admission-plugins', 'plugins of the default ones to do without'),
  new Option('--admission-control-config-file <file>', 'what is said to admission plugins: an AdmissionConfiguration'),
];

export const admissionOptionsOf = (given: AdmissionFlags): AdmissionOptions => ({
  enable: given.enableAdmissionPlugins,
  disable: given.disableAdmissionPlugins,
  configFile: given.admissionControlConfigFile,
});
