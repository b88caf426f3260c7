import { ConnectionError, ErrorCode, largestFrameSize, largestWindow, Setting, usualFrameSize } from './protocol.ts';

const entryBytes = 6;

/** What one side tells the other about itself (RFC 9113 §6.5.2), as a payload. */
export function settingsPayload(settings: Partial<Record<keyof typeof Setting, number>>): Buffer {
  const entries = Object.entries(settings) as [keyof typeof Setting, number][];
  const payload = Buffer.alloc(entries.length * entryBytes);
  entries.forEach(([name, value], i) => {
    payload.writeUInt16BE(Setting[name], i * entryBytes);
    payload.writeUInt32BE(value, i * entryBytes + 2);
  });
  return payload;
}

/** The entries in their order, those that nobody knows included. Throws `ConnectionError` for values that can't be. */
export function readSettings(payload: Buffer): [setting: number, value: number][] {
  if (payload.length % entryBytes) throw new ConnectionError(ErrorCode.frameSize, 'settings that are cut off');
  const settings: [number, number][] = [];
  for (let at = 0; at < payload.length; at += entryBytes) {
    const [setting, value] = [payload.readUInt16BE(at), payload.readUInt32BE(at + 2)];
    check(setting, value);
    settings.push([setting, value]);
  }
  return settings;
}

function check(setting: number, value: number): void {
  const refuse = (code: ErrorCode) => {
    throw new ConnectionError(code, `setting ${setting} is ${value}`);
  };
  switch (setting) {
    case Setting.enablePush:
      return value > 1 ? refuse(ErrorCode.protocol) : undefined;
    case Setting.initialWindowSize:
      return value > largestWindow ? refuse(ErrorCode.flowControl) : undefined;
    case Setting.maxFrameSize:
      return value < usualFrameSize || value > largestFrameSize ? refuse(ErrorCode.protocol) : undefined;
  }
}
