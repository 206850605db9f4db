import { expect, it } from 'vitest';
import { LOONGARCH64 } from '../../../src/isa/loongarch64/isa';

const AT = 0x9000_0000n;
const insnOf = (word: number, at = AT) => LOONGARCH64.disassemble(new Uint8Array(new Uint32Array([word]).buffer), at);

it.each([
  ['ret', 0x4c00_0020, 'return'],
  ['jr $t8', 0x4c00_0280, 'indirect'],
  ['jirl $zero, $t8, 1504', 0x4c05_e280, 'indirect'],
  ['jirl $ra, $ra, 200', 0x4c00_c821, 'call'],
  ['bl', 0x5400_0400, 'call'],
  ['b', 0x5000_0400, 'jump'],
  ['beqz $a0', 0x4000_0480, 'branch'],
  ['syscall', 0x002b_0000, 'trap'],
  ['ertn', 0x0648_3800, 'trapReturn'],
  ['nop', 0x0340_0000, 'plain'],
])('debuggers see where control goes at %s', (text, word, kind) => {
  const insn = insnOf(word);
  expect(`${insn.mnemonic} ${insn.operands}`.trim()).toContain(text);
  expect(insn.kind).toBe(kind);
});

it('a far call goes where pcaddu18i and jirl say together', () => {
  const [high, low] = [insnOf(0x1e00_0014), insnOf(0x4c05_e280, AT + 4n)];
  expect(high.mnemonic).toBe('pcaddu18i');
  expect(LOONGARCH64.jointTarget?.(high, low)).toBe(AT + 1504n);
});

it.each([
  ['vld, which has no helper', 0x2c00_0060],
  ['vavg.b, which is one', 0x7064_0000],
])('debuggers see that the stack pointer stays where it is at %s', (_, word) => {
  expect(insnOf(word)).toMatchObject({ isValid: true, stackMove: 0n });
});
