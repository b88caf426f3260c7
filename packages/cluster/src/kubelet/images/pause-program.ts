/**
 * The program of the sandbox container, as bytes: it holds a pod's namespaces open by doing nothing. As the first process of
 * a shared process namespace it is also the parent of orphans, so it ignores SIGCHLD, by which the kernel buries them itself.
 */
export function pauseProgram(architecture: PauseArchitecture): Buffer {
  const { machine, code, pageBytes } = programs[architecture];
  const text = code(loadAddress + headerBytes);
  const image = Buffer.alloc(headerBytes + text.length + sigaction.length);
  writeHeaders(image, machine, pageBytes);
  text.copy(image, headerBytes);
  sigaction.copy(image, headerBytes + text.length);
  return image;
}

export type PauseArchitecture = keyof typeof programs;

export const isPauseArchitecture = (name: string): name is PauseArchitecture => Object.hasOwn(programs, name);

const loadAddress = 0x40_0000;
const fileHeaderBytes = 64;
const segmentHeaderBytes = 56;
const headerBytes = fileHeaderBytes + segmentHeaderBytes;
const sigchld = 17;
/** struct sigaction of the kernel: handler (1 is "ignore"), flags, restorer, mask. */
const sigaction = Buffer.alloc(32);
sigaction.writeBigUInt64LE(1n, 0);

const programs = {
  amd64: { machine: 62, pageBytes: 0x1000, code: amd64Code },
  arm64: { machine: 183, pageBytes: 0x1_0000, code: arm64Code },
} as const;

function amd64Code(address: number): Buffer {
  const instructions = [
    [0xb8, 13, 0, 0, 0], // mov eax, rt_sigaction
    [0xbf, sigchld, 0, 0, 0], // mov edi, SIGCHLD
    [0xbe, 0, 0, 0, 0], // mov esi, sigaction
    [0x31, 0xd2], // xor edx, edx
    [0x41, 0xba, 8, 0, 0, 0], // mov r10d, 8
    [0x0f, 0x05], // syscall
    [0xb8, 34, 0, 0, 0], // mov eax, pause
    [0x0f, 0x05], // syscall
    [0xeb, -9], // jmp to the pause
  ];
  const code = Buffer.from(instructions.flat());
  code.writeUInt32LE(address + code.length, 11);
  return code;
}

function arm64Code(): Buffer {
  const move = (register: number, value: number) => 0xd280_0000 | (value << 5) | register;
  const call = 0xd400_0001; // svc #0
  const instructions = [
    move(0, sigchld),
    0, // adr x1, sigaction
    move(2, 0),
    move(3, 8),
    move(8, 134), // rt_sigaction
    call,
    move(0, 0),
    move(1, 0),
    move(2, 0),
    move(3, 0),
    move(4, 8),
    move(8, 73), // ppoll of nothing, for ever: there is no pause here
    call,
    0x1400_0000 | (-7 & 0x3ff_ffff), // b to after the first call
  ];
  // Relative to the instruction itself; the distance is a multiple of four, so its two low bits are 0.
  instructions[1] = 0x1000_0000 | ((instructions.length - 1) << 5) | 1;
  const code = Buffer.alloc(instructions.length * 4);
  instructions.forEach((instruction, i) => code.writeUInt32LE(instruction >>> 0, i * 4));
  return code;
}

/** An ELF file of one segment, which is the file itself. */
function writeHeaders(image: Buffer, machine: number, pageBytes: number): void {
  Buffer.from([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]).copy(image); // 64 bits, little-endian, version 1
  image.writeUInt16LE(2, 16); // an executable
  image.writeUInt16LE(machine, 18);
  image.writeUInt32LE(1, 20);
  image.writeBigUInt64LE(BigInt(loadAddress + headerBytes), 24); // entry
  image.writeBigUInt64LE(BigInt(fileHeaderBytes), 32); // where segments are listed
  image.writeUInt16LE(fileHeaderBytes, 52);
  image.writeUInt16LE(segmentHeaderBytes, 54);
  image.writeUInt16LE(1, 56);

  const segment = fileHeaderBytes;
  image.writeUInt32LE(1, segment); // to be loaded
  image.writeUInt32LE(5, segment + 4); // read, execute
  image.writeBigUInt64LE(BigInt(loadAddress), segment + 16);
  image.writeBigUInt64LE(BigInt(loadAddress), segment + 24);
  image.writeBigUInt64LE(BigInt(image.length), segment + 32);
  image.writeBigUInt64LE(BigInt(image.length), segment + 40);
  image.writeBigUInt64LE(BigInt(pageBytes), segment + 48);
}
