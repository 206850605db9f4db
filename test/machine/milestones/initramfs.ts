/** The smallest initial RAM disk there is: a console and one program without a library. */
import { assemble, type Line } from '../../support/assemble';
import { buildElf } from '../elf-builder';

/** What `init` prints before it switches the machine off. */
export const GREETING = 'init: the first program runs in user mode\n';

/** In a file of one segment, where the bytes behind both headers are mapped to. */
const BASE = 0x1_0078;
const [ZERO, A0, A1, A2, A3, A7] = [0, 10, 11, 12, 13, 17];
const SYSTEM = { write: 64, reboot: 142 } as const;
/** Arguments of reboot(2): both magic numbers, and LINUX_REBOOT_CMD_POWER_OFF. */
const POWER_OFF = [0xfee1_dead, 672_274_793, 0x4321_fedc] as const;

/** LUI and ADDIW: any 32-bit number, sign-extended. */
const load = (rd: number, value: number): Line[] => [
  ['lui', { rd, imm: ((value + 0x800) & ~0xfff) >>> 0 }],
  ['addiw', { rd, rs1: rd, imm: value & 0xfff }],
];

const init = (): Uint8Array => {
  const greeting = new TextEncoder().encode(GREETING);
  const call = (number: number): Line[] => [
    ['addi', { rd: A7, rs1: ZERO, imm: number }],
    ['ecall', {}],
  ];
  const program = (textAt: number): Line[] => [
    ['addi', { rd: A0, rs1: ZERO, imm: 1 }],
    ...load(A1, textAt),
    ['addi', { rd: A2, rs1: ZERO, imm: greeting.length }],
    ...call(SYSTEM.write),
    ...[A0, A1, A2].flatMap((register, index) => load(register, POWER_OFF[index] ?? 0)),
    ['addi', { rd: A3, rs1: ZERO, imm: 0 }],
    ...call(SYSTEM.reboot),
    ['jal', { rd: ZERO, imm: 0 }],
  ];
  const { length } = assemble(program(BASE));
  const bytes = Uint8Array.from([...assemble(program(BASE + length)), ...greeting]);
  return buildElf({ segments: [{ vaddr: BigInt(BASE), bytes }] });
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
export const initramfs = (): Uint8Array => {
  const entries: readonly Entry[] = [
    { name: 'dev', mode: 0o040_755 },
    { name: 'dev/console', mode: 0o020_600, device: [5, 1] },
    { name: 'init', mode: 0o100_755, bytes: init() },
    { name: 'TRAILER!!!', mode: 0 },
  ];
  return new Uint8Array(Buffer.concat(entries.flatMap((entry, index) => member(entry, index + 1))));
};
