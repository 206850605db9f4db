/**
 * Random walks on our walker and on QEMU's, with PMP open but for the driver and its cases.
 * Needs qemu-system-riscv64, so it is a suite of its own.
 */
import { describe, expect, it } from 'vitest';
import { Trap } from '../../../../src/isa/core/privileged';
import { resetState, STATE } from '../../../../src/isa/riscv64/csrs-slots';
import { dataPrivilege } from '../../../../src/isa/riscv64/effective-privilege';
import { walk } from '../../../../src/isa/riscv64/paging';
import { cpuTranslate } from '../../../../src/isa/riscv64/paging-cpu';
import { walkSpace } from '../../../../src/isa/riscv64/walk-spaces';
import { FakeHart } from '../../../support/fake-hart';
import { runImageOnQemu } from '../../../support/qemu-image';
import { SEED } from '../../../support/random';
import { randomFrom } from './random';
import { CASES, ENTRIES, PMP, RAM, RAM_END, TABLE_PAGES, TABLES } from './walk-memory';

/** `walk-driver.s` assembled. */
const DRIVER = `
  00000297 0c828293 30529073 fff00293 3b129073 00080437 0014041b 00c41413 00043483 00840413 10000937 02043283
  3b029073 02843283 3a029073 00043283 18029073 12000073 01043983 01843a03 00843a83 00000513 00000593 300a9073
  000a0663 0009a023 0080006f 0009a603 30001073 00a90023 00058793 05c002ef 03040413 fff48493 fa0492e3 3a001073
  12000073 00801437 00841413 000044b7 00043783 034002ef 00840413 fff48493 fe0498e3 001002b7 00005337 5553031b
  0062a023 0000006f 30001073 34202573 343025f3 f9dff06f 00800813 00f90023 0087d793 fff80813 fe081ae3 00028067`;

const COUNT = 2000;

interface Case {
  readonly satp: bigint;
  readonly mstatus: bigint;
  readonly va: bigint;
  readonly isWrite: boolean;
}
/** Cause 0 stands for no trap. */
interface Outcome {
  readonly cause: number;
  readonly tval: bigint;
}

/** Entries that mostly lead on inside the tables, with a bit wrong here and there, and some noise. */
const randomTables = ({ bits, bits64 }: ReturnType<typeof randomFrom>): DataView => {
  const tables = new DataView(new ArrayBuffer(ENTRIES * 8));
  for (let at = 0; at < ENTRIES * 8; at += 8) {
    const inTables = (BigInt(TABLES / 4096 + (bits() % TABLE_PAGES)) << 10n) | BigInt(bits() & 0x3ff);
    const kind = bits() % 24;
    let entry = kind < 9 ? (inTables & ~0xden) | 1n : kind < 20 ? inTables | 3n : inTables;
    if (kind === 0) entry = bits64();
    if (kind === 1) entry |= 1n << BigInt(54 + (bits() % 10));
    if (kind === 2) entry |= 1n << BigInt(bits() % 54);
    // A superpage of 1 GiB over RAM.
    if (kind > 20) entry = BigInt(RAM / 4) | BigInt(bits() & 0x3ff) | 3n;
    tables.setBigUint64(at, entry, true);
  }
  return tables;
};

const randomCase = ({ bits, bits64, pick }: ReturnType<typeof randomFrom>): Case => {
  const mode = pick([0n, 8n, 8n, 9n, 10n]);
  const inTables = BigInt(TABLES + (bits() % (TABLE_PAGES * 4096)));
  const anywhere = BigInt.asUintN(64, BigInt.asIntN(64, bits64()) >> pick([0n, 7n, 7n, 16n, 16n, 25n, 25n, 34n]));
  return {
    satp: (mode << 60n) | (BigInt(bits() & 0xffff) << 44n) | BigInt(TABLES / 4096 + (bits() % TABLE_PAGES)),
    mstatus: (BigInt(bits()) & 0xc_0000n) | 0x2_0000n | pick([0n, 0x800n]),
    va: (mode === 0n ? inTables : anywhere) & ~7n,
    isWrite: pick([false, true]),
  };
};

const runOnQemu = (cases: readonly Case[], tables: DataView): { outcomes: Outcome[]; tables: DataView } => {
  const image = new DataView(new ArrayBuffer(TABLES - RAM + ENTRIES * 8));
  for (const [index, word] of DRIVER.trim().split(/\s+/).entries()) {
    image.setUint32(index * 4, Number.parseInt(word, 16), true);
  }
  image.setBigUint64(CASES - RAM, BigInt(cases.length), true);
  for (const [index, row] of cases.entries()) {
    const words = [row.satp, row.mstatus, row.va, row.isWrite ? 1n : 0n, PMP.pmpaddr0, PMP.pmpcfg0];
    for (const [at, word] of words.entries()) image.setBigUint64(CASES - RAM + 8 + index * 48 + at * 8, word, true);
  }
  new Uint8Array(image.buffer).set(new Uint8Array(tables.buffer), TABLES - RAM);
  const bytes = runImageOnQemu(new Uint8Array(image.buffer), 'rv64,h=off,svnapot=off,svpbmt=off');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const outcomes = cases.map((_, index) => ({
    cause: view.getUint8(index * 9),
    tval: view.getBigUint64(index * 9 + 1, true),
  }));
  return { outcomes, tables: new DataView(bytes.buffer, bytes.byteOffset + cases.length * 9, ENTRIES * 8) };
};

/** Performs the cases here, on `tables`. `isOpen` tells where QEMU 7.2 departs from the manual. */
const runHere = (cases: readonly Case[], tables: DataView): { outcomes: Outcome[]; isOpen: boolean[] } => {
  const inTables = (at: number): boolean => at >= TABLES && at < TABLES + ENTRIES * 8;
  const inRam = (at: number): boolean => at >= RAM && at < RAM_END;
  const isOpen: boolean[] = [];
  const hart = new FakeHart(STATE);
  resetState(hart, { hartid: 0, start: 'machine' });
  for (const [name, value] of Object.entries(PMP)) hart.set(name, value);
  const outcomes = cases.map((row, index): Outcome => {
    const memory = {
      readU32(at: number): number {
        return inTables(at) ? tables.getUint32(at - TABLES, true) : inRam(at) ? 0 : -1;
      },
      writeU32(at: number, value: number): void {
        if (inTables(at)) tables.setUint32(at - TABLES, value, true);
      },
    };
    hart.set('satp', row.satp);
    hart.set('mstatus', row.mstatus);
    const access = row.isWrite ? 'write' : 'read';
    try {
      const { pa } = cpuTranslate(hart, memory, row.va, access, undefined, 4);
      if (!inRam(pa)) return { cause: row.isWrite ? 7 : 5, tval: row.va };
      if (row.isWrite) memory.writeU32(pa, 0);
      return { cause: 0, tval: 0n };
    } catch (error) {
      if (!(error instanceof Trap)) throw error;
      const space = walkSpace(hart, dataPrivilege(hart));
      if (space.levels === 0) return { cause: error.trapCause, tval: error.tval };
      const end = walk(space, memory, Number(row.va >> 32n), Number(BigInt.asUintN(32, row.va)), access);
      // A table outside RAM: QEMU raises a page fault where the manual has an access fault.
      isOpen[index] = end.fault === 'tableNotMemory' || end.fault === 'tableBeyond';
      // Where PMP refuses the access itself, QEMU has set A and D before it asks.
      if (!end.fault) memory.writeU32(end.leafAt, (end.leaf | end.update) >>> 0);
      return { cause: error.trapCause, tval: error.tval };
    }
  });
  return { outcomes, isOpen };
};

describe('page walks in lockstep with QEMU', () => {
  it(`cause, tval and A/D bits agree on ${COUNT} random accesses (WORLDSTEP_SEED=${SEED})`, () => {
    const random = randomFrom(SEED);
    const tables = randomTables(random);
    const cases = Array.from({ length: COUNT }, () => randomCase(random));
    const theirs = runOnQemu(cases, tables);
    const ours = runHere(cases, tables);
    const different = cases.flatMap((row, index) => {
      const [our, their] = [ours.outcomes[index]!, theirs.outcomes[index]!];
      const isEqual = our.cause === their.cause && our.tval === their.tval;
      const isKnown = ours.isOpen[index] === true && their.cause === our.cause + 8;
      return isEqual || isKnown ? [] : [{ ...row, our, their }];
    });
    expect(different).toEqual([]);
    const entries = Array.from({ length: ENTRIES }, (_, index) => index * 8);
    expect(entries.filter((at) => tables.getBigUint64(at, true) !== theirs.tables.getBigUint64(at, true))).toEqual([]);
    expect(theirs.outcomes.filter(({ cause }) => cause === 0).length).toBeGreaterThan(COUNT / 20);
  });
});
