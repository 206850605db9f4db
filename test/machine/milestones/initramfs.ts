/** The smallest initial RAM disk there is: a console and one program without a library. */
import { ARCHITECTURES, type Architecture } from '../../../src/base/architectures';
import { insns as aarch64 } from '../../../src/isa/aarch64/insns/all';
import type { PatternInsn } from '../../../src/isa/core/insn';
import { insns as loongarch64 } from '../../../src/isa/loongarch64/insns/all';
import { INSNS as RISCV64 } from '../../../src/isa/riscv64/insns/all';
import { assemble, type Line } from '../../support/assemble';
import { buildElf } from '../elf-builder';

/** What `init` prints before it switches the machine off. */
export const GREETING = 'init: the first program runs in user mode\n';

/** In a file of one segment, where the bytes behind both headers are mapped to. */
const BASE = 0x1_0078;
/** The same on all architectures of the generic table. @see Linux, include/uapi/asm-generic/unistd.h */
const SYSTEM = { write: 64, reboot: 142 } as const;
/** Arguments of reboot(2): both magic numbers, and LINUX_REBOOT_CMD_POWER_OFF. */
const POWER_OFF = [0xfee1_dead, 672_274_793, 0x4321_fedc] as const;
const STANDARD_OUTPUT = 1;

/** How an architecture's programs ask Linux for something. */
interface Words {
  readonly insns: readonly PatternInsn[];
  /** Any 32-bit number, sign-extended: always as many bytes. */
  load(register: number, value: number): Line[];
  readonly firstArgument: number;
  readonly callNumber: number;
  readonly call: Line;
  readonly loop: Line;
}

const WORDS = {
  riscv64: {
    insns: RISCV64,
    load: (rd, value) => [
      ['lui', { rd, imm: ((value + 0x800) & ~0xfff) >>> 0 }],
      ['addiw', { rd, rs1: rd, imm: value & 0xfff }],
    ],
    firstArgument: 10,
    callNumber: 17,
    call: ['ecall', {}],
    loop: ['jal', { rd: 0, imm: 0 }],
  },
  aarch64: {
    insns: aarch64(),
    load: (rd, value) => [
      ['movz-w-0', { Rd: rd, imm: value & 0xffff }],
      ['movk-w-16', { Rd: rd, imm: (value & 0xffff_0000) >>> 0 }],
    ],
    firstArgument: 0,
    callNumber: 8,
    call: ['svc', { imm: 0 }],
    loop: ['b', { label: 0 }],
  },
  loongarch64: {
    insns: loongarch64(),
    load: (rd, value) => [
      ['lu12i.w', { rd, si: (value & ~0xfff) >>> 0 }],
      ['ori', { rd, rj: rd, ui: value & 0xfff }],
    ],
    firstArgument: 4,
    callNumber: 11,
    call: ['syscall', { code: 0 }],
    loop: ['b', { offs: 0 }],
  },
} as const satisfies Readonly<Partial<Record<Architecture, Words>>>;

/** Architectures whose Linux boots here. */
export type LinuxArchitecture = keyof typeof WORDS;
export const LINUX_ARCHITECTURES = Object.keys(WORDS) as readonly LinuxArchitecture[];

const init = (architecture: LinuxArchitecture): Uint8Array => {
  const { insns, load, firstArgument, callNumber, call, loop }: Words = WORDS[architecture];
  const greeting = new TextEncoder().encode(GREETING);
  const ask = (number: number, ...args: readonly number[]): Line[] => [
    ...args.flatMap((value, index) => load(firstArgument + index, value)),
    ...load(callNumber, number),
    call,
  ];
  const program = (textAt: number): Line[] => [
    ...ask(SYSTEM.write, STANDARD_OUTPUT, textAt, greeting.length),
    ...ask(SYSTEM.reboot, ...POWER_OFF, 0),
    loop,
  ];
  const { length } = assemble(program(BASE), insns);
  const bytes = Uint8Array.from([...assemble(program(BASE + length), insns), ...greeting]);
  return buildElf({ segments: [{ vaddr: BigInt(BASE), bytes }], machine: ARCHITECTURES[architecture].elfMachine });
};

interface Entry {
  readonly name: string;
  readonly mode: number;
  readonly bytes?: Uint8Array;
  readonly device?: readonly [major: number, minor: number];
}

const padded = (bytes: Uint8Array): Uint8Array => {
  const whole = new Uint8Array((bytes.length + 3) & ~3);
  whole.set(bytes);
  return whole;
};

/** One member of a cpio archive in the `newc` format. @see Linux, Documentation/driver-api/early-userspace/buffer-format.rst */
const member = ({ name, mode, bytes = new Uint8Array(), device = [0, 0] }: Entry, inode: number): Uint8Array[] => {
  const fields = [inode, mode, 0, 0, 1, 0, bytes.length, 0, 0, ...device, name.length + 1, 0];
  const header = `070701${fields.map((field) => field.toString(16).padStart(8, '0')).join('')}${name}\0`;
  return [padded(new TextEncoder().encode(header)), padded(bytes)];
};

/** The archive. */
export const initramfs = (architecture: LinuxArchitecture): Uint8Array => {
  const entries: readonly Entry[] = [
    { name: 'dev', mode: 0o040_755 },
    { name: 'dev/console', mode: 0o020_600, device: [5, 1] },
    { name: 'init', mode: 0o100_755, bytes: init(architecture) },
    { name: 'TRAILER!!!', mode: 0 },
  ];
  return new Uint8Array(Buffer.concat(entries.flatMap((entry, index) => member(entry, index + 1))));
};
