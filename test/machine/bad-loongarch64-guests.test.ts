/** LoongArch64 guests that do what no kernel should: the machine goes on as the manual says, or stops and says why. */
import { describe, expect, it } from 'vitest';
import { createMachine } from '../../src/machine/create';

const BASE = 0x20_0000;
/** Handlers begin on a page. */
const HANDLER = 0x1000;
const T0 = 12;
const T1 = 13;

const lu12iw = (rd: number, value: number) => 0x1400_0000 | ((value >>> 12) << 5) | rd;
const ori = (rd: number, rj: number, value: number) => 0x0380_0000 | (value << 10) | (rj << 5) | rd;
const csrrd = (rd: number, csr: number) => 0x0400_0000 | (csr << 10) | rd;
const csrwr = (rd: number, csr: number) => csrrd(rd, csr) | (1 << 5);
const iocsrrdw = (rd: number, rj: number) => 0x0648_0800 | (rj << 5) | rd;
const iocsrwrw = (rd: number, rj: number) => 0x0648_1800 | (rj << 5) | rd;
const invtlb = (op: number) => 0x0649_8000 | op;
const jirl = (rj: number) => 0x4c00_0000 | (rj << 5);
const ERTN = 0x0648_3800;
/** No instruction. */
const NONE = 0;
/** A branch to itself. */
const HERE = 0x5000_0000;
const CSR = { CRMD: 0, EENTRY: 0xc, TLBRENTRY: 0x88 };

const machineOf = (main: readonly number[], handler: readonly number[] = []) => {
  const bytes = new Uint8Array(2 * HANDLER);
  const view = new DataView(bytes.buffer);
  for (const [at, word] of main.entries()) view.setUint32(at * 4, word >>> 0, true);
  for (const [at, word] of handler.entries()) view.setUint32(HANDLER + at * 4, word >>> 0, true);
  const kernel = { name: 'bad', bytes };
  return createMachine({ architecture: 'loongarch64', kernel, loadAddress: BASE }).machine;
};

const run = (main: readonly number[], handler?: readonly number[]) => {
  const machine = machineOf(main, handler);
  const exit = machine.run({ budget: 4_000_000n });
  return {
    exit,
    pc: Number(machine.cpus[0]?.pc),
    t0: machine.cpus[0]?.readRegister('t0'),
    why: exit.kind === 'stuck' ? exit.explanation : exit.kind,
  };
};

/** Both entries lead to the handler; then translation is on, and there is no window. */
const ENTRIES = [
  lu12iw(T0, BASE + HANDLER),
  csrwr(T0, CSR.TLBRENTRY),
  lu12iw(T0, BASE + HANDLER),
  csrwr(T0, CSR.EENTRY),
];
const TRANSLATE = [ori(T0, 0, 0x10), csrwr(T0, CSR.CRMD)];

describe('a TLB refill', () => {
  it('whose handler fills nothing is found out', () => {
    const { why } = run([...ENTRIES, ...TRANSLATE], [ERTN]);
    expect(why).toBe(
      'CPU 0 takes TLB refill of a fetch at 0x200018 again and again (tval 0x200018): its trap handler returns to the same instruction and has changed nothing. PWCL describes no page table',
    );
  });

  it('whose handler faults at its first instruction is found out', () => {
    expect(run([...ENTRIES, ...TRANSLATE], [NONE]).why).toMatch(
      /^CPU 0 takes Instruction non-existent \(INE\) again and again .* the trap handler at 0x201000 itself faults/,
    );
  });

  it('whose entry was never set is found out', () => {
    expect(run(TRANSLATE).why).toMatch(/again and again/);
  });
});

describe('nonsense goes the way that the manual says', () => {
  it('invtlb with an op that does not exist is no instruction', () => {
    for (const op of [7, 8, 31]) expect(run([...ENTRIES, invtlb(op), HERE], [HERE]).pc).toBe(BASE + HANDLER);
  });

  it('invtlb with an op that exists goes on', () => {
    for (const op of [0, 1, 2, 3, 4, 5, 6]) expect(run([...ENTRIES, invtlb(op), HERE], [HERE]).pc).toBe(BASE + 20);
  });

  it('a CSR that does not exist reads as zero and takes nothing', () => {
    const { pc, t0 } = run([...ENTRIES, ori(T0, 0, 5), csrwr(T0, 0x3abc), csrrd(T0, 0x3abc), HERE], [HERE]);
    expect([pc, t0]).toEqual([BASE + 28, 0n]);
  });

  it('an IOCSR that does not exist stops nobody', () => {
    const { pc } = run([...ENTRIES, lu12iw(T0, 0x7f00_0000), iocsrrdw(T1, T0), iocsrwrw(T1, T0), HERE], [HERE]);
    expect(pc).toBe(BASE + 28);
  });

  it('a jump to where nothing is ends with its address', () => {
    expect(run([lu12iw(T0, 0x7f00_0000), jirl(T0)]).why).toMatch(/again and again/);
  });
});
