/** Bytes to be decoded: every opcode of every map with every ModRM.reg, behind prefixes, and bytes at random. */
import type { Form } from '../../../../src/isa/x86_64/form';
import type { Random } from '../../../support/random';

export interface Case {
  readonly bytes: Uint8Array;
  readonly mode: number;
}

const PREFIXES: readonly (readonly number[])[] = [
  ...[[], [], [], [0x66], [0xf2], [0xf3], [0x67], [0x66, 0x67], [0xf0], [0x64], [0x2e], [0x36], [0x3e], [0x26]],
];
/** In 64-bit mode, behind the others. */
const REX: readonly (readonly number[])[] = [[], [], [0x48], [0x40], [0x45], [0x4b], [0x4f]];
const MAPS: readonly (readonly number[])[] = [[], [0x0f], [0x0f, 0x38], [0x0f, 0x3a]];
const LONGEST = 15;

const pick = <T>(random: Random, items: readonly T[]): T => items[random.u32() % items.length] as T;

const filled = (random: Random, start: readonly number[]): Uint8Array =>
  Uint8Array.from({ length: LONGEST }, (_, at) => start[at] ?? random.u32() & 0xff);

/** ModRM bytes with each register or digit, once with a register behind it and once with memory. */
const modRms = (random: Random): number[] =>
  [0, 1, 2, 3, 4, 5, 6, 7].flatMap((reg) => [
    0xc0 | (reg << 3) | (random.u32() & 7),
    ((random.u32() % 3) << 6) | (reg << 3) | (random.u32() & 7),
  ]);

function* ofMaps(random: Random, mode: number): Generator<Case> {
  for (const map of MAPS) {
    for (let opcode = 0; opcode < 256; opcode++) {
      for (const modRm of modRms(random)) {
        const rex = mode === 0 ? pick(random, REX) : [];
        yield { bytes: filled(random, [...pick(random, PREFIXES), ...rex, ...map, opcode, modRm]), mode };
      }
    }
  }
}

/** Of VEX the opcodes of 0F38 from F0 on, and of 0F3A: general registers are used nowhere else. */
function* ofVex(random: Random, mode: number): Generator<Case> {
  for (const map of [2, 3]) {
    for (let opcode = 0xf0; opcode < 256; opcode++) {
      for (let pp = 0; pp < 4; pp++) {
        for (const modRm of modRms(random)) {
          const extensions = mode === 0 ? random.u32() & 0xe0 : 0xe0;
          const last = (random.u32() & 0xf8 & ~4) | pp;
          yield { bytes: filled(random, [0xc4, extensions | map, last, opcode, modRm]), mode };
        }
      }
    }
  }
}

/** Each form as its notation has it: those of one ModRM byte and one prefix are seldom met by chance. */
function* ofForms(random: Random, mode: number, forms: readonly Form[]): Generator<Case> {
  for (const { notation, sizes, isDefault64, isMemoryOnly } of forms) {
    const mod = isMemoryOnly ? 0x87 : 0xc7;
    const { prefix = 'none', rexW = 0, isVex, map, opcode, digit = 0, modRm = random.u32() & mod } = notation;
    if (isVex) continue;
    const mandatory = prefix === 'none' ? [] : [Number.parseInt(prefix, 16)];
    const isLong = rexW === 1 || (sizes?.every((size) => size === 64) && !isDefault64);
    const rex = mode === 0 && isLong ? [0x48] : [];
    const start = [...mandatory, ...rex, ...(MAPS[map] ?? []), opcode, modRm | (digit << 3)];
    yield { bytes: filled(random, start), mode };
  }
}

export function* allCases(random: Random, forms: readonly Form[], rounds: number, atRandom: number): Generator<Case> {
  for (const mode of [0, 1, 2]) {
    yield* ofForms(random, mode, forms);
    for (let round = 0; round < rounds; round++) {
      yield* ofMaps(random, mode);
      yield* ofVex(random, mode);
    }
    for (let at = 0; at < atRandom; at++) yield { bytes: filled(random, []), mode };
  }
}
