/**
 * Random traps on our machine and on QEMU: the same program on both sets the registers that govern traps, enters a mode, and
 * prints where one instruction or interrupt led and all that was written. Needs qemu-system-riscv64: a suite of its own.
 */
import { describe, expect, it } from 'vitest';
import { HSTATUS, MSTATUS, SSTATUS_WRITABLE, VSXL_64 } from '../../../../src/isa/riscv64/csrs-bits';
import { createMachine } from '../../../../src/machine/create';
import { runImageOnQemu } from '../../../support/qemu-image';
import { SEED } from '../../../support/random';
import { type Random, randomFrom } from './random';

/** `trap-driver.s` assembled. */
const DRIVER = `
  00000297 1e428293 30529073 00000297 1c828293 10529073 00000297 1c428293 20529073 fff00293 3b029073 01f00293 3a029073
  30a01073 18001073 28001073 68001073 00080437 0014041b 00c41413 00043483 00840413 10000937 30001073 01043283 60029073
  01843283 20029073 02043283 30229073 02843283 60229073 03043283 30329073 03843283 60329073 04043283 34429073 04843283
  64529073 05043283 30429073 05843283 30629073 0082d293 60629073 0082d293 10629073 14201073 14101073 14301073 64301073
  64a01073 24201073 24101073 24301073 00000297 03028293 00043303 00331313 006282b3 34129073 00000993 00100593 02659593
  00843283 30029073 30200073 00000073 0bc0006f 00100073 0b40006f 340022f3 0ac0006f 600022f3 0a40006f 140022f3 09c0006f
  c02022f3 0940006f 180022f3 08c0006f 28001073 0840006f 680022f3 07c0006f 00000000 0740006f 10200073 06c0006f 30200073
  0640006f 12000073 05c0006f 22000073 0540006f 62000073 04c0006f 16000073 0440006f f2000553 03c0006f 0085b283 0340006f
  fe55ae23 02c0006f 0065b2af 0240006f 1005a2af 01c0006f 6c05c2f3 0140006f 6255c073 00c0006f 00058067 0040006f 00100073
  00100993 00000073 00200993 00000073 00098793 0a8002ef 342027f3 0a0002ef 341027f3 098002ef 343027f3 090002ef 34b027f3
  088002ef 34a027f3 080002ef 300027f3 078002ef 600027f3 070002ef 142027f3 068002ef 141027f3 060002ef 143027f3 058002ef
  643027f3 050002ef 64a027f3 048002ef 200027f3 040002ef 242027f3 038002ef 241027f3 030002ef 243027f3 028002ef 06040413
  fff48493 00049c63 001002b7 00005337 5553031b 0062a023 0000006f dd1ff06f 00800813 00f90023 0087d793 fff80813 fe081ae3
  00028067`;

const CASES = 0x1000;
const COUNT = 600;
const CASE_WORDS = 12;
/** What the driver prints of each case. */
const PRINTED = [
  'handler',
  'mcause',
  'mepc',
  'mtval',
  'mtval2',
  'mtinst',
  'mstatus',
  'hstatus',
  'scause',
  'sepc',
  'stval',
  'htval',
  'htinst',
  'vsstatus',
  'vscause',
  'vsepc',
  'vstval',
] as const;
type Answer = Readonly<Record<(typeof PRINTED)[number], bigint>>;

/** Its instructions, in order. */
const STUBS = [
  'ecall',
  'ebreak',
  'csrr mscratch',
  'csrr hstatus',
  'csrr sscratch',
  'csrr instret',
  'csrr satp',
  'csrw vsatp',
  'csrr hgatp',
  'no instruction',
  'sret',
  'mret',
  'sfence.vma',
  'hfence.vvma',
  'hfence.gvma',
  'sinval.vma',
  'fmv.d.x',
  'ld',
  'sw',
  'amoadd.d',
  'lr.w',
  'hlv.d',
  'hsv.b',
  'jr',
] as const;

interface Case {
  readonly stub: string;
  readonly mode: string;
  readonly words: readonly bigint[];
}

const randomCase = ({ bits, bits64, pick }: Random): Case => {
  const stub = bits() % STUBS.length;
  const [mpp, mpv] = pick([
    [0n, 0n],
    [1n, 0n],
    [1n, 1n],
    [1n, 1n],
    [0n, 1n],
  ] as const);
  const some = (mask: bigint): bigint => pick([bits64() & mask, mask, mask, 0n]);
  const isInterrupted = bits() % 3 === 0;
  // One that HS handles: among several QEMU 10 takes the one with the lowest number.
  const hideleg = pick([0n, 0x444n, 0x444n, bits64() & 0x444n]);
  const ofHs = isInterrupted ? pick([0n, 2n, 0x20n, 0x200n]) : 0n;
  const ofGuest = isInterrupted ? pick([0n, 4n, 0x40n, 0x400n]) : 0n;
  const traps = MSTATUS.TVM | MSTATUS.TSR;
  return {
    stub: STUBS[stub]!,
    mode: mpv === 0n ? (mpp === 0n ? 'U' : 'HS') : mpp === 0n ? 'VU' : 'VS',
    words: [
      BigInt(stub),
      (mpp << 11n) | (mpv === 1n ? MSTATUS.MPV : 0n) | (bits64() & (SSTATUS_WRITABLE | traps | MSTATUS.GVA)),
      VSXL_64 | (bits64() & (HSTATUS.SPVP | HSTATUS.HU | HSTATUS.VTVM | HSTATUS.VTSR | HSTATUS.SPV)),
      VSXL_64 | (bits64() & SSTATUS_WRITABLE),
      // An ecall of the handlers must reach M.
      some(0xf0_b1ffn),
      some(0xb1ffn),
      some(0x222n),
      hideleg,
      ofHs,
      ofHs === 0n ? ofGuest : ofGuest & hideleg,
      isInterrupted ? some(0x666n) : 0n,
      bits64() & 0x07_0707n,
    ],
  };
};

const imageOf = (cases: readonly Case[]): Uint8Array => {
  const image = new DataView(new ArrayBuffer(CASES + 8 + cases.length * CASE_WORDS * 8));
  for (const [index, word] of DRIVER.trim().split(/\s+/).entries()) {
    image.setUint32(index * 4, Number.parseInt(word, 16), true);
  }
  image.setBigUint64(CASES, BigInt(cases.length), true);
  for (const [index, { words }] of cases.entries()) {
    for (const [at, word] of words.entries()) {
      image.setBigUint64(CASES + 8 + (index * CASE_WORDS + at) * 8, BigInt.asUintN(64, word), true);
    }
  }
  return new Uint8Array(image.buffer);
};

const answersOf = (bytes: Uint8Array): Answer[] => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  return Array.from(
    { length: Math.floor(bytes.length / (PRINTED.length * 8)) },
    (_, index) =>
      Object.fromEntries(
        PRINTED.map((name, at) => [name, view.getBigUint64((index * PRINTED.length + at) * 8, true)]),
      ) as unknown as Answer,
  );
};

const runHere = (image: Uint8Array): Answer[] => {
  const { machine } = createMachine({ bios: { name: 'traps', bytes: image } });
  const printed: number[] = [];
  machine.onConsole((bytes) => void printed.push(...bytes));
  for (let slice = 0; slice < 100; slice++) {
    if (machine.run({ budget: 1_000_000n }).kind !== 'budget') break;
  }
  return answersOf(Uint8Array.from(printed));
};

const runOnQemu = (image: Uint8Array): Answer[] => {
  return answersOf(runImageOnQemu(image, 'rv64,h=on,svinval=on,sstc=on'));
};

/** Illegal for QEMU 10 where the manual has a virtual instruction: what VU lacks of a supervisor, and sret in VS under TSR. */
const isDifferentOnQemu = ({ stub, mode, words }: Case): boolean => {
  if (mode === 'VU') return ['sret', 'csrr sscratch', 'csrr satp'].includes(stub);
  return mode === 'VS' && stub === 'sret' && ((words[1] ?? 0n) & MSTATUS.TSR) !== 0n;
};

/** A register without what QEMU 10 does otherwise. */
const seen = (row: Case, answer: Answer, name: keyof Answer): bigint | undefined => {
  const value = answer[name];
  switch (name) {
    // Once set it is cleared by no trap from outside guests.
    case 'mstatus':
      return value & ~MSTATUS.GVA;
    // SD is not computed where HS reads it.
    case 'vsstatus':
      return value & ~MSTATUS.SD;
    // Cannot be written: what an earlier trap left stays.
    case 'htinst':
      return answer.handler === 1n ? value : undefined;
    // ebreak writes the address, where we write 0; the manual allows both. For mret it is sometimes another instruction.
    case 'mtval':
      return answer.mcause === 3n || row.stub === 'mret' ? undefined : value;
    case 'stval':
      return answer.scause === 3n || row.stub === 'mret' ? undefined : value;
    case 'vstval':
      return answer.vscause === 3n || row.stub === 'mret' ? undefined : value;
    default:
      return value;
  }
};

describe('traps in lockstep with QEMU', () => {
  it(`lead to the same handler with the same registers, ${COUNT} times (WORLDSTEP_SEED=${SEED})`, () => {
    const random = randomFrom(SEED);
    const cases = Array.from({ length: COUNT }, () => randomCase(random));
    const image = imageOf(cases);
    const [ours, theirs] = [runHere(image), runOnQemu(image)];
    expect([ours.length, theirs.length]).toEqual([COUNT, COUNT]);
    const different = cases.flatMap((row, index) => {
      const [our, their] = [ours[index]!, theirs[index]!];
      if (isDifferentOnQemu(row)) return [];
      const names = PRINTED.filter((name) => seen(row, our, name) !== seen(row, their, name));
      return names.length === 0 ? [] : [{ ...row, names, our, their }];
    });
    expect(different).toEqual([]);
    // Every handler was reached, and by interrupts.
    for (const [handler, cause] of [
      [0n, 'mcause'],
      [1n, 'scause'],
      [2n, 'vscause'],
    ] as const) {
      const reached = ours.filter((our) => our.handler === handler);
      expect(reached.length).toBeGreaterThan(10);
      expect(reached.some((our) => our[cause] >> 63n === 1n)).toBe(true);
    }
  });
});
