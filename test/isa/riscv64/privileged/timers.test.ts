/**
 * stimecmp and vstimecmp against the board's time, with htimedelta and what menvcfg and henvcfg allow.
 * @see RISC-V Privileged ISA 20240411, "Sstc" Extension for Supervisor-mode Timer Interrupts; H: htimedelta, hvip
 */
import { describe, expect, it } from 'vitest';
import { createMachine } from '../../../../src/machine/create';
import { assemble } from '../../../support/assemble';
import { SEED } from '../../../support/random';
import { randomFrom } from './random';

const STIP = 1n << 5n;
const VSTIP = 1n << 6n;
const STCE = 1n << 63n;
const U64 = (1n << 64n) - 1n;

/** A hart in M-mode that does nothing. */
const idleMachine = () => {
  const bytes = assemble([['jal', { rd: 0, imm: 0 }]]);
  const { machine } = createMachine({ memory: 2 ** 22, bios: { name: 'idle', bytes } });
  const cpu = machine.cpus[0]!;
  return {
    run: (instructions: number) => expect(machine.run({ budget: BigInt(instructions) }).kind).toBe('budget'),
    read: (name: string): bigint => cpu.readRegister(name),
    write: (name: string, value: bigint): void => void cpu.writeRegister(name, BigInt.asUintN(64, value)),
  };
};

describe('a compare register sets its bit', () => {
  it('from the tick on when time reaches it, and not before; clears it when set ahead again', () => {
    const { run, read, write } = idleMachine();
    write('menvcfg', STCE);
    write('henvcfg', STCE);
    write('htimedelta', 1000n);
    write('stimecmp', read('time') + 50n);
    write('vstimecmp', read('time') + 1000n + 80n);
    const begin = read('time');
    /** Time before and after one instruction, and what the next one would find. */
    const seen: { before: bigint; after: bigint; bits: bigint }[] = [];
    while (read('time') < begin + 100n) {
      const before = read('time') - begin;
      run(1);
      seen.push({ before, after: read('time') - begin, bits: read('mip') & (STIP | VSTIP) });
    }
    for (const { before, after, bits } of seen) {
      for (const [line, at] of [
        [STIP, 50n],
        [VSTIP, 80n],
      ] as const) {
        if (before >= at) expect([before, bits & line]).toEqual([before, line]);
        if (after < at) expect([after, bits & line]).toEqual([after, 0n]);
      }
    }
    write('stimecmp', U64);
    expect(read('mip') & (STIP | VSTIP)).toBe(VSTIP);
    write('vstimecmp', U64);
    expect(read('mip') & (STIP | VSTIP)).toBe(0n);
  });
  it(`as the manual says after any change of what governs it (WORLDSTEP_SEED=${SEED})`, () => {
    const { bits, bits64, pick } = randomFrom(SEED);
    const { run, read, write } = idleMachine();
    for (let step = 0; step < 400; step++) {
      const now = read('time');
      const near = now + BigInt(bits() % 40) - 10n;
      switch (bits() % 8) {
        case 0:
          write('menvcfg', pick([STCE, STCE, 0n]));
          break;
        case 1:
          write('henvcfg', pick([STCE, STCE, 0n]));
          break;
        case 2:
          write('htimedelta', pick([0n, 5n, -5n, bits64(), -now]));
          break;
        case 3:
          write('stimecmp', pick([near, near, 0n, U64, bits64()]));
          break;
        case 4:
        case 5:
          write('vstimecmp', pick([near + read('htimedelta'), near, 0n, U64, bits64()]));
          break;
        case 6:
          write('hvip', pick([VSTIP, 0n]));
          break;
        default:
          run(1 + (bits() % 300));
      }
      const time = read('time');
      const guestTime = BigInt.asUintN(64, time + read('htimedelta'));
      // A run may end at the very tick, before anything has looked.
      if (time === read('stimecmp') || guestTime === read('vstimecmp')) continue;
      const isOn = (name: string): boolean => (read(name) & STCE) !== 0n;
      const isGuestDue = guestTime > read('vstimecmp');
      const expected = {
        stip: isOn('menvcfg') && time > read('stimecmp') ? STIP : 0n,
        // The register and hvip together; without henvcfg.STCE, which menvcfg.STCE must allow, hvip alone.
        vstip: (read('hvip') & VSTIP) | (isOn('henvcfg') && isGuestDue ? VSTIP : 0n),
      };
      const seen = { stip: read('mip') & STIP, vstip: read('hip') & VSTIP };
      expect({ step, time, ...seen }).toEqual({ step, time, ...expected });
    }
  });
});
