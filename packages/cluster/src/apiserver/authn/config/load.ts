import { readFileSync } from 'node:fs';
import { messageOf } from '@tiphys/sdk/runtime';
import { readConfig } from '../../config-file/index.ts';
import { type AuthenticationConfiguration, authenticationConfiguration } from './authentication-configuration.ts';

export interface LoadedConfiguration {
  readonly configuration: AuthenticationConfiguration;
  /** What is in the file. */
  readonly text: string;
}

/** The configuration in a file; throws in upstream's words where there is none. */
export function loadConfiguration(path: string): LoadedConfiguration {
  try {
    const bytes = readBytes(path);
    return { configuration: parseConfiguration(bytes), text: bytes.toString() };
  } catch (cause) {
    const why = messageOf(cause);
    throw new Error(`failed to load authentication configuration from file ${JSON.stringify(path)}: ${why}`, { cause });
  }
}

export function parseConfiguration(bytes: Buffer): AuthenticationConfiguration {
  if (!bytes.length) throw new Error('empty config data');
  return readConfig(bytes, authenticationConfiguration);
}

function readBytes(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw code === 'ENOENT' ? new Error(`open ${path}: no such file or directory`, { cause }) : cause;
  }
}
