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
const GENERIC_CALLS = { write: 64, reboot: 142 } as const;
/** Arguments of reboot(2): both magic numbers, and LINUX_REBOOT_CMD_POWER_OFF. */
const POWER_OFF = [0xfee1_dead, 672_274_793, 0x4321_fedc] as const;
const STANDARD_OUTPUT = 1;

/** How an architecture's programs ask Linux for something. */
interface Words {
  readonly calls: { readonly write: number; readonly reboot: number };
  /** Puts any 32-bit number into a register: always as many bytes. */
  load(register: number, value: number): Uint8Array;
  /** Registers of a call's arguments, from the first on. */
  readonly args: readonly [number, number, number, number];
  readonly callNumber: number;
  readonly call: Uint8Array;
  readonly loop: Uint8Array;
}

/** Words in instructions of one length, whose rows are patterns. */
const fromRows = (
  insns: readonly PatternInsn[],
  words: {
    load(register: number, value: number): Line[];
    readonly firstArgument: number;
    readonly callNumber: number;
    readonly call: Line;
    readonly loop: Line;
  },
): Words => ({
  calls: GENERIC_CALLS,
  load: (register, value) => assemble(words.load(register, value), insns),
  args: [words.firstArgument, words.firstArgument + 1, words.firstArgument + 2, words.firstArgument + 3],
  callNumber: words.callNumber,
  call: assemble([words.call], insns),
  loop: assemble([words.loop], insns),
});

const WORDS = {
  riscv64: fromRows(RISCV64, {
    load: (rd, value) => [
      ['lui', { rd, imm: ((value + 0x800) & ~0xfff) >>> 0 }],
      ['addiw', { rd, rs1: rd, imm: value & 0xfff }],
    ],
    firstArgument: 10,
    callNumber: 17,
    call: ['ecall', {}],
    loop: ['jal', { rd: 0, imm: 0 }],
  }),
  aarch64: fromRows(aarch64(), {
    load: (rd, value) => [
      ['movz-w-0', { Rd: rd, imm: value & 0xffff }],
      ['movk-w-16', { Rd: rd, imm: (value & 0xffff_0000) >>> 0 }],
    ],
    firstArgument: 0,
    callNumber: 8,
    call: ['svc', { imm: 0 }],
    loop: ['b', { label: 0 }],
  }),
  loongarch64: fromRows(loongarch64(), {
    load: (rd, value) => [
      ['lu12i.w', { rd, si: (value & ~0xfff) >>> 0 }],
      ['ori', { rd, rj: rd, ui: value & 0xfff }],
    ],
    firstArgument: 4,
    callNumber: 11,
    call: ['syscall', { code: 0 }],
    loop: ['b', { offs: 0 }],
  }),
  x86_64: {
    // Linux, arch/x86/entry/syscalls/syscall_64.tbl
    calls: { write: 1, reboot: 169 },
    // MOV r32, imm32: B8+r id
    load: (register, value) => {
      const rex = register < 8 ? 0x40 : 0x41;
      return Uint8Array.from([rex, 0xb8 | (register & 7), ...[0, 8, 16, 24].map((shift) => (value >>> shift) & 0xff)]);
    },
    args: [7, 6, 2, 10],
    callNumber: 0,
    // SYSCALL
    call: Uint8Array.of(0x0f, 0x05),
    // JMP to itself
    loop: Uint8Array.of(0xeb, 0xfe),
  },
} as const satisfies Readonly<Partial<Record<Architecture, Words>>>;

/** Architectures whose Linux boots here. */
export type LinuxArchitecture = keyof typeof WORDS;
export const LINUX_ARCHITECTURES = Object.keys(WORDS) as readonly LinuxArchitecture[];

/** A program that prints a line and switches the machine off. */
const greeter = (architecture: LinuxArchitecture): Uint8Array => {
  const { calls, load, args, callNumber, call, loop }: Words = WORDS[architecture];
  const greeting = new TextEncoder().encode(GREETING);
  const ask = (number: number, ...values: readonly number[]): Uint8Array[] => [
    ...args.slice(0, values.length).map((register, index) => load(register, values[index] ?? 0)),
    load(callNumber, number),
    call,
  ];
  const program = (textAt: number): Uint8Array =>
    Buffer.concat([
      ...ask(calls.write, STANDARD_OUTPUT, textAt, greeting.length),
      ...ask(calls.reboot, ...POWER_OFF, 0),
      loop,
    ]);
  const { length } = program(BASE);
  const bytes = Uint8Array.from([...program(BASE + length), ...greeting]);
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

/** What else than its own greeting program an archive has. */
export interface Contents {
  /** The first program. */
  readonly init?: Uint8Array;
  /** Modules of the kernel, in the order in which they are loaded: `/modules/0.ko` and so on. */
  readonly modules?: readonly Uint8Array[];
}

/** The archive. */
export const initramfs = (architecture: LinuxArchitecture, contents: Contents = {}): Uint8Array => {
  const { init = greeter(architecture), modules = [] } = contents;
  const entries: readonly Entry[] = [
    { name: 'dev', mode: 0o040_755 },
    { name: 'dev/console', mode: 0o020_600, device: [5, 1] },
    { name: 'init', mode: 0o100_755, bytes: init },
    ...(modules.length > 0 ? [{ name: 'modules', mode: 0o040_755 }] : []),
    ...modules.map((bytes, index): Entry => ({ name: `modules/${index}.ko`, mode: 0o100_644, bytes })),
    { name: 'TRAILER!!!', mode: 0 },
  ];
  return new Uint8Array(Buffer.concat(entries.flatMap((entry, index) => member(entry, index + 1))));
};
