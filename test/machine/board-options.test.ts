/** What of a board can be chosen: what launch.json offers is what boards take, and nothing else is taken. */
import { describe, expect, it } from 'vitest';
import type { Architecture } from '../../src/base/architectures';
import { BOARD_OPTIONS } from '../../src/base/board-choices';
import type { Schema } from '../../src/base/schema';
import { BOARDS } from '../../src/machine/boards/all';
import { createMachine } from '../../src/machine/create';

/** Option → values, sorted, of all boards. */
const ofBoards = (): Record<string, string[]> => {
  const all = new Map<string, Set<string>>();
  for (const { options } of BOARDS) {
    for (const [name, values] of Object.entries(options)) all.set(name, new Set([...(all.get(name) ?? []), ...values]));
  }
  return Object.fromEntries([...all].map(([name, values]) => [name, [...values].sort()]));
};

const valuesOf = (schema: Schema): string[] =>
  schema.type === 'boolean' ? ['off', 'on'] : 'enum' in schema ? [...(schema.enum as readonly string[])].sort() : [];

describe('options of a board', () => {
  it('are those of launch.json, with the same values', () => {
    const offered = Object.fromEntries(Object.entries(BOARD_OPTIONS).map(([name, schema]) => [name, valuesOf(schema)]));
    expect(offered).toEqual(ofBoards());
  });

  it.each([
    ['cpu', ['cortex-a72', 'qemu64']],
    ['gic', ['2']],
  ] as const)('%s has in launch.json the defaults that the boards take', (name, expected) => {
    expect(BOARDS.flatMap(({ options }) => options[name]?.[0] ?? [])).toEqual(expected);
    for (const value of expected) expect(BOARD_OPTIONS[name].markdownDescription).toContain(`\`${value}\` without it`);
  });

  const nop = { name: 'nop.bin', bytes: Uint8Array.of(0x1f, 0x20, 0x03, 0xd5) };
  const create = (architecture: Architecture, choices: Record<string, string>) => () =>
    createMachine({ architecture, kernel: nop, choices });

  it.each([
    [
      'loongarch64',
      { gic: '3' },
      '--machine: the machine loongarch64-virt has no option "gic". It has none; leave it out.',
    ],
    ['riscv64', { gic: '3' }, 'riscv64-virt has no option "gic". It has: semihosting.'],
    ['aarch64', { sve: 'on' }, 'aarch64-virt has no option "sve". It has: cpu, gic, virtualization, semihosting.'],
    ['aarch64', { constructor: 'on' }, 'aarch64-virt has no option "constructor"'],
    ['aarch64', { gic: '4' }, 'gic cannot be "4". There is: 2, 3.'],
    ['x86_64', { gic: '2' }, 'x86_64-q35 has no option "gic". It has: cpu, virtualization, start.'],
    ['x86_64', { cpu: 'cortex-a72' }, 'cpu cannot be "cortex-a72". There is: qemu64, EPYC, max.'],
    ['aarch64', { cpu: 'cortex-a9' }, 'cpu cannot be "cortex-a9". There is: cortex-a72, cortex-a53, cortex-a57, max.'],
  ] as const)('are refused with what there is: %s %j', (architecture, choices, message) => {
    expect(create(architecture, choices)).toThrow(message);
  });
});
