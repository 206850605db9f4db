import { describe, expect, it } from 'vitest';
import { pa } from '../../src/base/address';
import type { EmulatedMachine } from '../../src/machine/machine';
import { bareGuest, consoleOf, runToEnd } from '../support/guests';

/** `off` when all checks of the program hold, else the number of the first that does not. */
const outcome = (machine: EmulatedMachine): string => {
  const exit = runToEnd(machine);
  if (exit.kind !== 'power') return exit.kind;
  return exit.event.kind === 'off' ? 'off' : `check ${exit.event.code} fails`;
};

describe('a bare program finds the machine as the manual describes it', () => {
  it.each([
    ['traps', 'exceptions: cause, epc, tval, status, delegation'],
    ['interrupts', 'timer, software and external interrupts, vectored entry, priority, WFI, PLIC and UART'],
    ['pmp', 'physical memory protection: TOR, NA4, NAPOT, locked entries, MPRV'],
    ['pmp-partial', 'an aligned access of which a PMP entry matches half'],
    ['code', 'self-modifying code, FENCE.I, page borders, misaligned accesses'],
    ['paging', 'Sv39, Sv48, Sv57: rights, superpages, A and D, SUM, MXR, faults, SFENCE.VMA'],
    ['modes', 'returns between modes, TVM, TW, TSR, counters, FS'],
    ['hypervisor', 'guests: two stages, delegation, virtual instructions, HLV, interrupts, timers'],
    ['manual', 'where QEMU 7.2 differs'],
  ])('%s: %s', (name) => {
    expect(outcome(bareGuest(name))).toBe('off');
  });

  it.each([1n, 3n])('whatever the slices it runs in (%d instructions)', (budget) => {
    for (const name of ['traps', 'interrupts', 'paging']) {
      expect(runToEnd(bareGuest(name), budget), name).toMatchObject({ kind: 'power', event: { kind: 'off' } });
    }
  });
});

describe('a program with a tohost symbol', () => {
  it('prints through it and ends the run with its value', () => {
    const machine = bareGuest('tohost');
    const console = consoleOf(machine);
    expect(runToEnd(machine)).toEqual({ kind: 'power', event: { kind: 'off', code: 0 } });
    expect(console.text).toBe('byte by byte\nin one piece\n');
  });

  it('reports failure with the code above the lowest bit', () => {
    const machine = bareGuest('tohost');
    const { tohost = 0 } = machine.parts.plan;
    // The word `code` lies behind tohost, fromhost (64 bytes each) and the system call block of four words.
    machine.writePhysical(pa(BigInt(tohost + 160)), Uint8Array.of(5, 0, 0, 0, 0, 0, 0, 0));
    expect(runToEnd(machine)).toEqual({ kind: 'power', event: { kind: 'fail', code: 5 } });
  });
});
