import { expect, it } from 'vitest';
import { recordGraph } from '../../../../src/isa/core/record-graph';
import { RISCV64, RISCV64_ENGINE } from '../../../../src/isa/riscv64';

it('names every register once and finds it by name, alias and DWARF number', () => {
  const names = RISCV64.registers.flatMap((spec) => [spec.name, ...spec.aliases]);
  expect(new Set(names).size).toBe(names.length);
  for (const spec of RISCV64.registers) {
    for (const name of [spec.name, ...spec.aliases]) expect(RISCV64.register(name.toUpperCase())).toBe(spec);
    if (spec.dwarf !== undefined) expect(RISCV64.registerOfDwarf(spec.dwarf)).toBe(spec);
  }
});

it.each([
  ['a0', 'x10', 10],
  ['fp', 'x8', 8],
  ['s11', 'x27', 27],
  ['t6', 'x31', 31],
  ['ft0', 'f0', 32],
  ['fa0', 'f10', 42],
  ['ft11', 'f31', 63],
  ['satp', 'satp', 4096 + 0x180],
])('%s is %s with DWARF number %s', (alias, name, dwarf) => {
  expect(RISCV64.register(alias)).toMatchObject({ name, dwarf });
});

it('knows the roles of the calling convention as registers', () => {
  const { pc, stackPointer, framePointer, returnAddress = '', arguments: args } = RISCV64;
  const names = [pc, stackPointer, framePointer, returnAddress, ...args].map((name) => RISCV64.register(name)?.name);
  expect(names).toEqual(['pc', 'x2', 'x8', 'x1', 'x10', 'x11', 'x12', 'x13', 'x14', 'x15', 'x16', 'x17']);
});

it('lets a debugger write what has effect, and nothing else', () => {
  const readOnly = RISCV64.registers.filter((spec) => !spec.isWritable).map((spec) => spec.name);
  expect(readOnly.filter((name) => !/hpm/.test(name))).toEqual([
    'x0',
    'cycle',
    'time',
    'instret',
    'hgeie',
    'hgeip',
    'mvendorid',
    'marchid',
    'mimpid',
    'mhartid',
    'mconfigptr',
    'misa',
  ]);
});

it('gives the engine exactly the helpers its instructions ask for', () => {
  const asked = RISCV64_ENGINE.insns.flatMap((insn) =>
    recordGraph(insn).effects.flatMap((effect) => (effect.k === 'helper' ? [effect.name] : [])),
  );
  expect([...new Set(asked)].sort()).toEqual(Object.keys(RISCV64_ENGINE.helpers).sort());
});
