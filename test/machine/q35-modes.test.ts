import { describe, expect, it } from 'vitest';
import { pa } from '../../src/base/address';
import { X86_64_Q35_BOARD as spec } from '../../src/machine/boards/x86_64-q35/board';
import { createMachine } from '../../src/machine/create';
import { EmulatedMachine } from '../../src/machine/machine';

const MEMORY = 64 << 20;
/** Stores AX at 0x7000, loads it into CX, and stays. */
const CODE_16 = [0xb8, 0x34, 0x12, 0x40, 0xbb, 0x00, 0x70, 0x89, 0x07, 0x8b, 0x0f, 0xeb, 0xfe];
/** The same with EAX and ECX at 0x300000, in 32-bit and in 64-bit mode. */
const CODE_32 = [0xb8, 0x34, 0x12, 0, 0, 0xff, 0xc0, 0xbb, 0, 0, 0x30, 0, 0x89, 0x03, 0x8b, 0x0b, 0xeb, 0xfe];

/** Without GIF it sends itself INIT, stores 0x5a at 0x7000, sets GIF, and would store 0x77 then. */
const HELD_INIT =
  'b9800000c00f320d001000000f300f01ddc7051003e0fe00000000c7050003e0fe00450000c705007000005a0000000f01dcc7050070000077000000ebfe';

it('INIT is held off while the global interrupt flag is clear, and comes behind STGI', () => {
  const kernel = { name: 'init', bytes: Uint8Array.from(Buffer.from(HELD_INIT, 'hex')) };
  const choices = { cpu: 'EPYC', start: 'protected' } as const;
  const { machine } = createMachine({ architecture: 'x86_64', kernel, loadAddress: 0x20_0000, choices });
  expect(machine.run({ budget: 10_000n })).toMatchObject({ kind: 'power', event: { kind: 'reset' } });
  expect(machine.readPhysical(pa(0x7000n), 1)).toEqual(Uint8Array.of(0x5a));
});

describe('flat code runs in the mode that is asked for', () => {
  it.each([
    ['real', 0x8000, CODE_16, { rip: 0x800bn, cs: 0n, cr0: 0x10n, efer: 0n }, 'real'],
    ['real', 0x2_1000, CODE_16, { rip: 0x2_100bn, cs: 0x2100n, cr0: 0x10n, efer: 0n }, 'real'],
    ['protected', 0x20_0000, CODE_32, { rip: 0x20_0010n, cs: 8n, cr0: 0x11n, efer: 0n }, 'ring0'],
    ['long', 0x20_0000, CODE_32, { rip: 0x20_0010n, cs: 8n, cr0: 0x8000_0011n, efer: 0x500n }, 'ring0'],
  ] as const)('%s mode, at %#x', (start, loadAddress, code, registers, world) => {
    const choices = { cpu: 'EPYC', virtualization: 'on', start };
    const kernel = { name: 'flat', bytes: Uint8Array.from(code) };
    const plan = spec.plan({ memory: MEMORY, harts: 1, kernel, loadAddress }, choices);
    const machine = new EmulatedMachine({ spec, memory: MEMORY, harts: 1, plan, files: {}, choices });
    expect(machine.run({ budget: 1000n }).kind).toBe('budget');
    const [cpu] = machine.cpus;
    const read = (name: string): bigint | undefined => cpu?.readRegister(name);
    expect(Object.fromEntries(Object.keys(registers).map((name) => [name, read(name)]))).toEqual(registers);
    expect([read('rcx'), cpu?.world.mode]).toEqual([0x1235n, world]);
  });
});

it('a first exception that nobody can take is told as a triple fault', () => {
  const choices = { cpu: 'EPYC', virtualization: 'on', start: 'protected' };
  // LIDT [eax] of zeros, UD2.
  const kernel = { name: 'flat', bytes: Uint8Array.from([0x0f, 0x01, 0x18, 0x0f, 0x0b]) };
  const plan = spec.plan({ memory: MEMORY, harts: 1, kernel, loadAddress: 0x20_0000 }, choices);
  const machine = new EmulatedMachine({ spec, memory: MEMORY, harts: 1, plan, files: {}, choices });
  expect(machine.run({ budget: 1000n })).toMatchObject({
    kind: 'stuck',
    explanation: expect.stringMatching(/^triple fault at 0x200003: #UD/),
  });
});
