import { describe, expect, it } from 'vitest';
import { isTrap } from '../../src/machine/contract';
import { createMachine } from '../../src/machine/create';
import type { EmulatedMachine } from '../../src/machine/machine';
import { replay } from '../../src/timeline/replay';
import { assemble } from '../support/assemble';

/** Counts in s0 and echoes what is typed: when a byte arrives decides which counts it is seen at. */
const ECHO = assemble([
  ['lui', { rd: 5, imm: 0x1000_0000 }],
  ['addi', { rd: 8, rs1: 8, imm: 1 }],
  ['lbu', { rd: 6, rs1: 5, imm: 5 }],
  ['andi', { rd: 6, rs1: 6, imm: 1 }],
  ['beq', { rs1: 6, rs2: 0, imm: -12 }],
  ['lbu', { rd: 10, rs1: 5, imm: 0 }],
  ['sb', { rs1: 5, rs2: 10, imm: 0 }],
  ['add', { rd: 9, rs1: 9, rs2: 8 }],
  ['jal', { rd: 0, imm: -28 }],
]);

/** The same, with a trap in every round: ebreak, whose handler steps over it. */
const TRAPPING = assemble([
  ['auipc', { rd: 7, imm: 0 }],
  ['addi', { rd: 7, rs1: 7, imm: 52 }],
  ['csrrw', { rd: 0, rs1: 7, csr: 0x105 }],
  ['addi', { rd: 8, rs1: 8, imm: 1 }],
  ['ebreak', {}],
  ['lui', { rd: 5, imm: 0x1000_0000 }],
  ['lbu', { rd: 6, rs1: 5, imm: 5 }],
  ['andi', { rd: 6, rs1: 6, imm: 1 }],
  ['beq', { rs1: 6, rs2: 0, imm: -20 }],
  ['lbu', { rd: 10, rs1: 5, imm: 0 }],
  ['sb', { rs1: 5, rs2: 10, imm: 0 }],
  ['add', { rd: 9, rs1: 9, rs2: 8 }],
  ['jal', { rd: 0, imm: -36 }],
  ['csrrs', { rd: 11, rs1: 0, csr: 0x141 }],
  ['addi', { rd: 11, rs1: 11, imm: 4 }],
  ['csrrw', { rd: 0, rs1: 11, csr: 0x141 }],
  ['sret', {}],
]);

const booted = (bytes: Uint8Array): { machine: EmulatedMachine; text: () => string } => {
  const { machine } = createMachine({ memory: 2 ** 22, kernel: { name: 'test', bytes } });
  let text = '';
  machine.onConsole((bytes) => {
    text += new TextDecoder().decode(bytes);
  });
  return { machine, text: () => text };
};

const echoMachine = () => booted(ECHO);
const trapping = () => booted(TRAPPING);

describe('replay', () => {
  it('brings a fresh machine through the same states from the input log alone', () => {
    const live = echoMachine();
    for (const [count, typed] of [
      [1_003n, 'a'],
      [77_777n, 'bc'],
      [5n, 'd'],
    ] as const) {
      live.machine.run({ budget: count });
      live.machine.input(new TextEncoder().encode(typed));
    }
    live.machine.run({ budget: 123_456n });
    const again = echoMachine();
    expect(replay(again.machine, live.machine.inputLog, live.machine.retired)).toEqual({ kind: 'budget' });
    expect(again.text()).toBe('abcd');
    expect(again.machine.stateHash()).toBe(live.machine.stateHash());
  });

  it('ends in another state when the same bytes come one instruction later', () => {
    const hashes = [0n, 1n].map((late) => {
      const { machine } = echoMachine();
      replay(
        machine,
        [{ at: 1_002n + late * 4n, traps: 0, isIdle: false, kind: 'console', bytes: new TextEncoder().encode('x') }],
        5_000n,
      );
      return machine.stateHash();
    });
    expect(hashes[0]).not.toBe(hashes[1]);
  });

  it('gives input back between a trap and its handler, where the count alone does not tell the point', () => {
    const live = trapping();
    for (let stops = 0; stops < 30; stops++) live.machine.run({ budget: 10_000n, stopOn: isTrap });
    live.machine.input(new TextEncoder().encode('q'));
    live.machine.run({ budget: 5_000n });
    expect(live.machine.inputLog).toMatchObject([{ traps: 1, isIdle: false }]);
    const again = trapping();
    replay(again.machine, live.machine.inputLog, live.machine.retired);
    expect(again.text()).toBe('q');
    expect(again.machine.stateHash()).toBe(live.machine.stateHash());
  });

  it('gives input back to a machine that stands idle', () => {
    const live = booted(
      assemble([
        ['wfi', {}],
        ['jal', { rd: 0, imm: -4 }],
      ]),
    );
    expect(live.machine.run({ budget: 100n })).toEqual({ kind: 'idle' });
    live.machine.input(new TextEncoder().encode('z'));
    live.machine.run({ budget: 100n });
    expect(live.machine.inputLog).toMatchObject([{ at: 1n, isIdle: true }]);
    const again = booted(
      assemble([
        ['wfi', {}],
        ['jal', { rd: 0, imm: -4 }],
      ]),
    );
    expect(replay(again.machine, live.machine.inputLog, 100n)).toEqual({ kind: 'idle' });
    expect(again.machine.stateHash()).toBe(live.machine.stateHash());
  });
});
