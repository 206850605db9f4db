/** A bare program of AArch64 on QEMU, out of words: it writes results to memory and then to a file. At EL1, with floating point on. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildElf } from '../../machine/elf-builder';
import { runQemu } from '../../support/qemu';

const [CODE, POOL, RESULTS, NAME] = [0x4100_0000, 0x4020_0000, 0x4200_0000, 0x4030_0000];

/** General registers that point at the program's data and at its results. */
export const POOL_AT = 20;
export const RESULT_AT = 21;
export const ZERO = 31;

/** The instructions that such programs need beside those they ask about. */
export const words = {
  move: (rd: number, value: number): number[] => [
    (0xd280_0000 | ((value & 0xffff) << 5) | rd) >>> 0,
    (0xf2a0_0000 | ((value >>> 16) << 5) | rd) >>> 0,
  ],
  loadQ: (vt: number, rn: number, at: number): number => (0x3dc0_0000 | ((at / 16) << 10) | (rn << 5) | vt) >>> 0,
  storeQ: (vt: number, rn: number, at: number): number => (0x3d80_0000 | ((at / 16) << 10) | (rn << 5) | vt) >>> 0,
  loadX: (rt: number, rn: number, at: number): number => (0xf940_0000 | ((at / 8) << 10) | (rn << 5) | rt) >>> 0,
  storeX: (rt: number, rn: number, at: number): number => (0xf900_0000 | ((at / 8) << 10) | (rn << 5) | rt) >>> 0,
  addImmediate: (rd: number, rn: number, imm: number): number => (0x9100_0000 | (imm << 10) | (rn << 5) | rd) >>> 0,
  setNzcv: (rt: number): number => 0xd51b_4200 + rt,
  getNzcv: (rt: number): number => 0xd53b_4200 + rt,
  setFpcr: (rt: number): number => 0xd51b_4400 + rt,
  setFpsr: (rt: number): number => 0xd51b_4420 + rt,
  getFpsr: (rt: number): number => 0xd53b_4420 + rt,
} as const;

const SET_CPACR_X0 = 0xd518_1040;
const ISB = 0xd503_3fdf;
const SEMIHOSTING = 0xd45e_0000;

/** Little-endian bytes of numbers. */
export const littleEndian = (values: readonly bigint[], bytes: number): Uint8Array =>
  Uint8Array.from(
    values.flatMap((value) => Array.from({ length: bytes }, (_, at) => Number((value >> BigInt(8 * at)) & 0xffn))),
  );

/** Opens the file, writes all results, ends. @see Semihosting for AArch32 and AArch64: SYS_OPEN, SYS_WRITE, SYS_EXIT */
const ending = (): number[] => {
  const call = (operation: number, block: number): number[] => [
    ...words.move(0, operation),
    ...words.move(1, block),
    SEMIHOSTING,
  ];
  return [
    ...call(1, NAME),
    ...words.move(2, NAME + 0x40),
    words.storeX(0, 2, 0),
    ...call(5, NAME + 0x40),
    ...call(0x18, NAME + 0x80),
  ];
};

/** What QEMU leaves of `code` at the results. The code finds the data at {@link POOL_AT} and where results begin in {@link RESULT_AT}. */
export const resultsOfQemu = (code: readonly number[], data: Uint8Array, resultBytes: number): Buffer => {
  const all = [
    ...words.move(0, 3 << 20),
    SET_CPACR_X0,
    ISB,
    ...words.move(POOL_AT, POOL),
    ...words.move(RESULT_AT, RESULTS),
    ...code,
    ...ending(),
  ];
  if (data.length > NAME - POOL || 4 * all.length > RESULTS - CODE) throw new Error('the program is too large');
  const folder = mkdtempSync(join(tmpdir(), 'worldstep-bare-'));
  try {
    const [program, results] = [join(folder, 'bare.elf'), join(folder, 'results')];
    const name = new TextEncoder().encode(`${results}\0`);
    const blocks = new Uint8Array(0x100 + name.length);
    const put = (at: number, ...values: readonly number[]): void => blocks.set(littleEndian(values.map(BigInt), 8), at);
    put(0, NAME + 0x100, 5, name.length - 1);
    put(0x40, 0, RESULTS, resultBytes);
    put(0x80, 0x2_0026, 0);
    blocks.set(name, 0x100);
    const elf = buildElf({
      entry: BigInt(CODE),
      machine: 183,
      segments: [
        { vaddr: BigInt(POOL), bytes: data },
        { vaddr: BigInt(NAME), bytes: blocks },
        { vaddr: BigInt(CODE), bytes: littleEndian(all.map(BigInt), 4) },
      ],
    });
    writeFileSync(program, elf);
    const options = '-M virt -cpu max -m 128M -display none -monitor none -serial none -semihosting -kernel'.split(' ');
    const { status, stderr } = runQemu([...options, program], 'aarch64');
    if (status !== 0) throw new Error(`QEMU ended with ${status}: ${stderr}`);
    return readFileSync(results);
  } finally {
    rmSync(folder, { recursive: true });
  }
};
