/** Random programs of x86-64, in code of 64, 32 and 16 bits. What surrounds them is guests/x86_64/lockstep.s. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { decodeX86 } from '../../../src/isa/x86_64/decode';
import { disassembleX86 } from '../../../src/isa/x86_64/disassembly';
import type { Form } from '../../../src/isa/x86_64/form';
import { FORMS } from '../../../src/isa/x86_64/insns/all';
import { X86_64_Q35_BOARD } from '../../../src/machine/boards/x86_64-q35/board';
import { readElf } from '../../../src/machine/boot/elf-image';
import { isUndefined, undefinedFlags } from '../../isa/x86_64/native/undefined-flags';
import { descriptorBytes } from '../../isa/x86_64/system/hart';
import type { Random } from '../../support/random';
import { buildElf } from '../elf-builder';
import type { Block, LockstepMachine, RandomInsn, Stop } from './machine';
import { HEADER, LDT_AT, LENGTHS, LOCAL, PROGRAM, PROGRAM_SIZE, RECORDS, SCRATCH } from './x86_64-places';
import { RECORD_BYTES, RECORD_WORDS, RIP_AT, randomRecord } from './x86_64-record';
import { sizesIn, writeInsn } from './x86_64-writer';

/** Who is asked: QEMU, or the processor of this host. */
export type Oracle = 'qemu' | 'native';

/** What changes the processor's mode, the place where it goes on or what the monitor needs, or whose result is the processor's own. */
const EXCLUDED = [
  'int[1]?|syscall|sysenter|sysexit|sysretq?|iret|retf?|jmp far|call far|vmmcall|popf|l[defgs]s|lss',
  'vmcall|vmrun|vmload|vmsave|stgi|clgi|skinit|invlpga|cpuid|rdtscp?|rdpmc|rdrand|rdseed|rdpid|xgetbv|monitor|mwait|monitorx|mwaitx',
  'sgdt|sidt|sldt|str|smsw|lar|lsl|verr|verw|wrfsbase|wrgsbase',
  'f?xsave.*|f?xrstor.*|fnsave|fsave|frstor|fldenv|fnstenv|fstenv',
  // Approximations, which every processor makes in its own way.
  'rcp[ps]s|rsqrt[ps]s|fsin|fcos|fsincos|fptan|fpatan|fyl2x|fyl2xp1|f2xm1',
];
/**
 * QEMU does not raise #XF, does not cut rip to 16 bits, and knows some flags and exceptions of its own.
 */
const NOT_ON_QEMU = ['ldmxcsr'];

const isNear = ({ operands }: Form): boolean => operands[0]?.kind === 'distance';

const isPossible = (form: Form): boolean =>
  !(/^(jmp|call)$/.test(form.mnemonic) && !isNear(form)) &&
  !(/^(mov|pop)$/.test(form.mnemonic) && form.operands[0]?.kind === 'segment');

const INT = 0xcd;
const FOLD = [INT, 0x90];
const DUMP = [INT, 0x91];
const NOP = 0x90;

/** A stack in all segments that there are. */
const SAFE = 0x5000;

/** Clears flags that the instruction leaves undefined, by way of a stack that is there. */
const clearing = (flags: bigint, mode: number, isSegmented: boolean): RandomInsn[] => {
  if (flags === 0n) return [];
  const mask = Array.from({ length: mode === 2 ? 2 : 4 }, (_, at) => Number((~flags >> BigInt(8 * at)) & 0xffn));
  const and =
    mode === 0
      ? [0x48, 0x81, 0x24, 0x24, ...mask]
      : mode === 1
        ? [0x81, 0x24, 0x24, ...mask]
        : [0x67, 0x81, 0x24, 0x24, ...mask];
  const stack = isSegmented ? SAFE : SAFE + Number(SCRATCH);
  const move = [...(mode === 2 ? [0x66] : []), 0xbc, ...[0, 8, 16, 24].map((at) => (stack >> at) & 0xff)];
  return [move, [0x9c], and, [0x9d]].map((bytes) => ({ mnemonic: 'clearing', bytes: Uint8Array.from(bytes) }));
};

const MOST_COUNT = 31n;
const behind = (bytes: Uint8Array, mode: number, isSegmented: boolean): RandomInsn[] | undefined => {
  const decoded = decodeX86(bytes, mode);
  if (decoded === undefined || decoded === 'short') return undefined;
  // With any count in cl.
  // Of double shifts not even the result is defined, where the count is beyond the operand.
  if (isUndefined(decoded, [0n, MOST_COUNT])) return undefined;
  return clearing(undefinedFlags(decoded, [0n, MOST_COUNT]), mode, isSegmented);
};

const randomBlock = (
  random: Random,
  oracle: Oracle,
  mode: number,
  choice: readonly Form[],
  straight: readonly Form[],
  length: number,
): Block => {
  const insns: RandomInsn[] = [];
  const { record, isSegmented } = randomRecord(random, mode, oracle);
  const write = (form: Form, distance: number): RandomInsn[] => {
    const size = random.pick(sizesIn(form, mode));
    const bytes = writeInsn(random, { form, size, mode, distance });
    const cleared = bytes && behind(bytes, mode, isSegmented);
    return cleared ? [{ mnemonic: form.mnemonic, bytes }, ...cleared] : [];
  };
  for (let tries = 0; insns.length < length && tries < 1000; tries++) {
    const form = random.pick(choice);
    if (!isNear(form)) insns.push(...write(form, 0));
    else {
      const over = write(random.pick(straight), 0);
      const distance = over.reduce((sum, { bytes }) => sum + bytes.length, 0);
      insns.push(...write(form, distance), ...over);
    }
  }
  return { record, insns, mode };
};

const program =
  (oracle: Oracle, modes: readonly number[]): LockstepMachine['program'] =>
  (random, count, length, only) => {
    const excluded = new RegExp(`^(${[...EXCLUDED, ...(oracle === 'qemu' ? NOT_ON_QEMU : [])].join('|')})$`);
    const all = FORMS.forms.filter((form) => isPossible(form) && !excluded.test(form.mnemonic));
    const chosen = only ? all.filter(({ mnemonic }) => only.test(mnemonic)) : all;
    return Array.from({ length: count }, () => {
      const mode = random.pick(modes);
      const exists = (form: Form): boolean => sizesIn(form, mode).length > 0;
      const straight = all.filter((form) => exists(form) && !isNear(form));
      return randomBlock(random, oracle, mode, chosen.filter(exists), straight, length);
    });
  };

/** Base of the code segment. */
const codeBase = (mode: number): number => (mode === 2 ? PROGRAM : 0);

/** The file's part from PROGRAM on: code, lengths, the count, local descriptors, records. */
export const programImage = (blocks: readonly Block[], stop?: Stop): Uint8Array => {
  const image = new Uint8Array(RECORDS - PROGRAM + blocks.length * RECORD_BYTES);
  const view = new DataView(image.buffer);
  let at = 0;
  const put = (bytes: readonly number[] | Uint8Array): void => {
    if (at + bytes.length > PROGRAM_SIZE) throw new Error('the program is too long: fewer blocks');
    image.set(bytes, at);
    at += bytes.length;
  };
  for (const [index, { record, insns, mode = 0 }] of blocks.entries()) {
    const place = RECORDS - PROGRAM + index * RECORD_BYTES;
    image.set(record, place);
    view.setBigUint64(place + RIP_AT, BigInt(PROGRAM + at - codeBase(mode)), true);
    const isLast = stop?.block === index;
    for (const { bytes } of isLast ? insns.slice(0, stop.insns) : insns) {
      image[LENGTHS - PROGRAM + at] = bytes.length;
      put(bytes);
    }
    // A branch at the end of a cut block must land on something.
    if (isLast) put(new Array(64).fill(NOP));
    put(isLast ? DUMP : FOLD);
  }
  view.setUint32(HEADER - PROGRAM, blocks.length, true);
  for (const [index, { base, limit, attributes }] of LOCAL.entries())
    view.setBigUint64(HEADER - PROGRAM + LDT_AT + 8 * index, descriptorBytes(base, limit, attributes), true);
  return image;
};

/** Where the Multiboot header has the ends of what is loaded. */
const LOAD_ENDS = [20, 24];

/** One segment from the runtime to the records: QEMU loads what the Multiboot header says. */
const elf = (blocks: readonly Block[], stop?: Stop): Uint8Array => {
  const file = readFileSync(join(__dirname, '../guests/x86_64/prebuilt/lockstep.elf'));
  const runtime = readElf('lockstep', file, [], 'x86_64');
  const start = runtime.segments[0]?.vaddr ?? 0n;
  const image = programImage(blocks, stop);
  const bytes = new Uint8Array(PROGRAM - Number(start) + image.length);
  for (const segment of runtime.segments) bytes.set(segment.bytes, Number(segment.vaddr - start));
  bytes.set(image, PROGRAM - Number(start));
  for (const at of LOAD_ENDS) new DataView(bytes.buffer).setUint32(at, Number(start) + bytes.length, true);
  return buildElf({ entry: runtime.entry, machine: 62, segments: [{ vaddr: start, bytes }] });
};

/** @param modes decode modes of its blocks: 0 for 64-bit code, 1 for 32-bit, 2 for 16-bit */
export const x86_64Lockstep = (modes: readonly number[] = [0, 1, 2], oracle: Oracle = 'qemu'): LockstepMachine => ({
  architecture: 'x86_64',
  isa: { disassemble: disassembleX86 },
  words: RECORD_WORDS,
  qemu: '-M q35 -cpu max -m 32M -nic none -no-reboot -device isa-debug-exit,iobase=0xf4,iosize=4'.split(' '),
  status: 1,
  board: X86_64_Q35_BOARD,
  choices: { cpu: 'max' },
  program: program(oracle, modes),
  elf,
});
