/** Quick forms of scalar floating point beside the functions they stand for, on random operands, hard ones among them. */
import { expect, it } from 'vitest';
import { variantOf } from '../../../src/isa/x86_64/form';
import { FORMS } from '../../../src/isa/x86_64/insns/all';
import { quickMedia } from '../../../src/isa/x86_64/quick-media';
import { hardOperands } from '../../support/fp-hard-operands';
import { Random, SEED } from '../../support/random';
import { MediaProcessor } from './media-processor';

const UNDEFINED = 6;
const ROUNDS = 25;
/** Of registers xmm0 and xmm1, rax and rcx: by opcode, for singles and doubles. */
const OPCODES = [0x58, 0x59, 0x5c, 0x5e, 0x51, 0x5d, 0x5f, 0x5a, 0x2a, 0x2c, 0x2d];
const CODES: readonly (readonly number[])[] = [
  ...OPCODES.flatMap((opcode) => [
    [0xf3, 0x0f, opcode, 0xc1],
    [0xf2, 0x0f, opcode, 0xc1],
  ]),
  ...[0x2a, 0x2c, 0x2d].flatMap((opcode) => [
    [0xf3, 0x48, 0x0f, opcode, 0xc1],
    [0xf2, 0x48, 0x0f, opcode, 0xc1],
  ]),
  ...[0x2e, 0x2f].flatMap((opcode) => [
    [0x0f, opcode, 0xc1],
    [0x66, 0x0f, opcode, 0xc1],
  ]),
];

it('quick forms leave what the functions leave', () => {
  const processor = new MediaProcessor();
  const random = new Random(SEED);
  const found: string[] = [];
  for (const code of CODES) {
    const from = code[0] === 0xf2 || code[0] === 0x66 ? 'd' : 's';
    for (let round = 0; round < ROUNDS; round++) {
      const above = (bits: bigint): bigint => (random.u64() << 64n) | bits;
      const kind = random.below(3);
      const [a = 0n, b = 0n] = hardOperands(random, { kind: 'floats', from, count: 2 });
      const [integral = 0n] = hardOperands(random, { kind: 'made integral', from, bits: kind ? 32 : 64 });
      const [narrowed = 0n] = hardOperands(random, { kind: 'narrowed' });
      const opcode = code.at(-2);
      const source = opcode === 0x2c || opcode === 0x2d ? integral : opcode === 0x5a && from === 'd' ? narrowed : b;
      const [rcx = 0n] = hardOperands(random, { kind: 'integer' });
      const before = {
        rax: random.u64(),
        rcx,
        xmm: [above(a), above(random.below(8) ? source : BigInt(random.below(9)))],
        mxcsr: random.below(5) ? 0x1f80 | (random.below(2) * 0x20) : random.u32() & 0xffbf,
      };
      const exact = processor.run(code, before);
      const fast = processor.run(code, before, 'fast');
      const wanted = exact.cause === undefined ? { ...exact, cause: UNDEFINED } : exact;
      const text = (value: object): string =>
        JSON.stringify(value, (_, part) => (typeof part === 'bigint' ? part.toString(16) : part));
      if (text(wanted) !== text(fast)) found.push(`${code.map((byte) => byte.toString(16))} ${text(before)}`);
    }
  }
  expect(found, `WORLDSTEP_SEED=${SEED}`).toEqual([]);
});

it('each scalar operation has a quick form for each of its rows', () => {
  const quick = new Set(quickMedia(FORMS.rows, variantOf).map(({ of }) => of));
  const scalar = /^((add|sub|mul|div|sqrt|min|max|u?comi)s[sd]|cvtsi2s[sd]|cvtt?s[sd]2si|cvtsd2ss|cvtss2sd)-/;
  const rows = FORMS.rows.map(({ mnemonic }) => mnemonic).filter((name) => scalar.test(name));
  expect(rows.filter((name) => /^(addsd|cvttss2si|ucomiss|cvtsd2ss)-/.test(name)).length).toBeGreaterThan(12);
  expect(rows.filter((name) => !quick.has(name))).toEqual([]);
});
