/**
 * Random CSR instructions in M-mode on our machine and on QEMU: the same generated program on both, with every CSR of the
 * hypervisor extension, and those it touches, printed again and again. Needs qemu-system-riscv64: a suite of its own.
 */
import { describe, expect, it } from 'vitest';
import { CSRS } from '../../../../src/isa/riscv64/csrs';
import { HSTATUS_WRITABLE, SSTATUS_WRITABLE } from '../../../../src/isa/riscv64/csrs-bits';
import { createMachine } from '../../../../src/machine/create';
import { assemble, type Line } from '../../../support/assemble';
import { runImageOnQemu } from '../../../support/qemu-image';
import { SEED } from '../../../support/random';
import { type Random, randomFrom } from './random';

const STEPS = 160;

const ALL = (1n << 64n) - 1n;
const ENVCFG = (7n << 61n) | 1n;

/** What of each CSR is compared: QEMU 10 holds more bits in many, and bit 0 of exception pcs. */
const COMPARED: Readonly<Record<string, bigint>> = {
  mstatus: ALL & ~(3n << 32n),
  sstatus: SSTATUS_WRITABLE,
  vsstatus: SSTATUS_WRITABLE,
  hstatus: HSTATUS_WRITABLE,
  medeleg: 0xf0_b7ffn,
  hedeleg: 0xf0_ffffn,
  mideleg: 0xeeen,
  hideleg: 0xeeen,
  ...Object.fromEntries(['mie', 'sie', 'hie', 'vsie'].map((name) => [name, 0xeeen])),
  // Bits of timers aside: time is each board's own, and on QEMU 10 htimedelta raises VSTIP without STCE, and hvip loses it with.
  ...Object.fromEntries(['mip', 'sip', 'hip'].map((name) => [name, 0xe0en])),
  vsip: 0x202n,
  hvip: 0x404n,
  // PPN[1:0] and bits 59–58 hold what is written.
  hgatp: ALL & ~3n & ~(3n << 58n),
  menvcfg: ENVCFG,
  // What menvcfg took away and gives back is 0 then.
  henvcfg: 1n,
  senvcfg: 1n,
  ...Object.fromEntries(['mcounteren', 'hcounteren', 'scounteren'].map((name) => [name, 7n])),
  ...Object.fromEntries(['mepc', 'sepc', 'vsepc'].map((name) => [name, ALL - 1n])),
  ...Object.fromEntries(
    [
      'mtvec stvec vstvec satp vsatp mcause scause vscause mtval stval vstval mtval2 htval mscratch sscratch',
      'vsscratch htimedelta stimecmp vstimecmp hgeie hgeip fcsr',
    ]
      .flatMap((line) => line.split(' '))
      .map((name) => [name, ALL] as const),
  ),
};
const NAMES = Object.keys(COMPARED);
const numberOf = new Map(CSRS.map(({ name, number }) => [name, number]));

/** Registers of the program: the UART, data, and scratch. */
const [UART, DATA, OPERAND, VALUE, LEFT, LINK] = [8, 9, 10, 11, 12, 13];
const li32 = (rd: number, value: number): Line[] => {
  const low = (value << 20) >> 20;
  return [
    ['lui', { rd, imm: (value - low) | 0 }],
    ['addiw', { rd, rs1: rd, imm: low }],
  ];
};

const [MIE, MPRV, FS] = [1n << 3n, 1n << 17n, 3n << 13n];

interface Step {
  readonly name: string;
  readonly kind: 'csrrw' | 'csrrs' | 'csrrc';
  readonly operand: bigint;
}

const randomStep = ({ bits, bits64, pick }: Random): Step => {
  const value = pick([bits64(), bits64() & bits64() & bits64(), 1n << BigInt(bits() % 64), (1n << 64n) - 1n, 0n]);
  let operand = bits() % 4 === 0 ? BigInt.asUintN(60, value) | (pick([8n, 9n, 10n]) << 60n) : value;
  // hgeip cannot be written at all.
  const name = pick(NAMES.filter((other) => other !== 'hgeip'));
  // QEMU 10 does not make FS Dirty where csrrs and csrrc change nothing of fcsr.
  if (name === 'fcsr') return { name, kind: 'csrrw', operand };
  // It lets mip write VSTIP and VSEIP, which the manual leaves to hvip.
  const kind = pick(name === 'mip' ? (['csrrs', 'csrrc'] as const) : (['csrrw', 'csrrs', 'csrrc'] as const));
  if (name === 'mip') operand &= ~0x440n;
  // Through vsip and vsie it also writes what lies at the hypervisor's own positions.
  if (name === 'vsip' || name === 'vsie') operand &= ~0x444n;
  // It ignores all of a write to hgatp with a MODE that does not exist.
  if (name === 'hgatp')
    return { name, kind: 'csrrw', operand: BigInt.asUintN(60, operand) | (pick([0n, 8n, 9n, 10n]) << 60n) };
  // The program goes on without interrupts, with its own memory, and with FP registers.
  const [off, on] = kind === 'csrrc' ? [FS, 0n] : [MIE | MPRV, FS];
  return { name, kind, operand: /^[ms]status$/.test(name) ? (operand & ~off) | on : operand };
};

/** Prints VALUE as 8 bytes; called with its address in a register, back through LINK. */
const print: readonly Line[] = [
  ['addi', { rd: LEFT, rs1: 0, imm: 8 }],
  ['sb', { rs1: UART, rs2: VALUE, imm: 0 }],
  ['srli', { rd: VALUE, rs1: VALUE, shamt: 8 }],
  ['addi', { rd: LEFT, rs1: LEFT, imm: -1 }],
  ['bne', { rs1: LEFT, rs2: 0, imm: -12 }],
  ['jalr', { rd: 0, rs1: LINK, imm: 0 }],
];

/** Each step's rd, then all CSRs. */
const programOf = (steps: readonly Step[]): Uint8Array => {
  // Begins with a jump over the printing.
  const code: Line[] = [['jal', { rd: 0, imm: 4 + print.length * 4 }], ...print];
  const printed = (): void => {
    code.push(['jal', { rd: LINK, imm: 4 - code.length * 4 }]);
  };
  code.push(...li32(VALUE, 0x2000), ['csrrw', { rd: 0, rs1: VALUE, csr: 0x300 }]);
  for (const csr of [0x30a, 0x60a]) code.push(['csrrw', { rd: 0, rs1: 0, csr }]);
  code.push(['lui', { rd: UART, imm: 0x1000_0000 }], ['auipc', { rd: DATA, imm: 0x4_0000 }]);
  const base = (code.length - 1) * 4 + 0x4_0000;
  for (const { name, kind } of steps) {
    const csr = numberOf.get(name)!;
    code.push(
      ['ld', { rd: OPERAND, rs1: DATA, imm: 0 }],
      ['addi', { rd: DATA, rs1: DATA, imm: 8 }],
      [kind, { rd: VALUE, rs1: OPERAND, csr }],
    );
    printed();
    for (const other of NAMES) {
      code.push(['csrrs', { rd: VALUE, rs1: 0, csr: numberOf.get(other)! }]);
      printed();
    }
  }
  code.push(['lui', { rd: OPERAND, imm: 0x10_0000 }], ...li32(VALUE, 0x5555));
  code.push(['sw', { rs1: OPERAND, rs2: VALUE, imm: 0 }], ['jal', { rd: 0, imm: 0 }]);
  const image = new Uint8Array(base + steps.length * 8);
  const bytes = assemble(code);
  if (bytes.length > base) throw new Error('the program runs into its data');
  image.set(bytes);
  const view = new DataView(image.buffer);
  for (const [index, { operand }] of steps.entries()) view.setBigUint64(base + index * 8, operand, true);
  return image;
};

const runHere = (image: Uint8Array): Uint8Array => {
  const { machine } = createMachine({ bios: { name: 'csrs', bytes: image } });
  const printed: number[] = [];
  machine.onConsole((bytes) => void printed.push(...bytes));
  for (let slice = 0; slice < 100; slice++) {
    if (machine.run({ budget: 1_000_000n }).kind !== 'budget') break;
  }
  return Uint8Array.from(printed);
};

const runOnQemu = (image: Uint8Array): Uint8Array => {
  return runImageOnQemu(image, 'rv64,h=on,sstc=on,svadu=on,svpbmt=on,zicbom=off,zicboz=off,pmu-mask=0');
};

describe('CSR instructions in lockstep with QEMU', () => {
  it(`leave the same in all CSRs after each of ${STEPS} (WORLDSTEP_SEED=${SEED})`, () => {
    const random = randomFrom(SEED);
    const steps = Array.from({ length: STEPS }, () => randomStep(random));
    const image = programOf(steps);
    const [ours, theirs] = [runHere(image), runOnQemu(image)];
    const wordOf = (bytes: Uint8Array, at: number): bigint =>
      new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(at * 8, true);
    expect([ours.length, theirs.length]).toEqual(Array(2).fill(STEPS * (NAMES.length + 1) * 8));
    const different = steps.flatMap((step, index) =>
      ['rd', ...NAMES].flatMap((other, at) => {
        const [our = 0n, their = 0n] = [ours, theirs].map((bytes) => wordOf(bytes, index * (NAMES.length + 1) + at));
        const mask = COMPARED[other === 'rd' ? step.name : other] ?? 0n;
        return ((our ^ their) & mask) === 0n ? [] : [{ index, ...step, other, our, their }];
      }),
    );
    expect(different).toEqual([]);
  });
});
