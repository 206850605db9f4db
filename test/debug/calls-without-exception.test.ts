/**
 * An instruction that calls the kernel without an exception, as x86's SYSCALL does: RISC-V with one such instruction more. It
 * is a change of world like any other for events, filters, stacks and steps.
 */
import { describe, expect, it } from 'vitest';
import { DebugTarget } from '../../src/debug/target';
import { RISCV64, RISCV64_ENGINE } from '../../src/isa/riscv64';
import { insn } from '../../src/isa/riscv64/insn';
import type { Board, BoardSpec } from '../../src/machine/boards/board';
import { RISCV64_VIRT_BOARD } from '../../src/machine/boards/riscv64-virt/board';
import type { TraceEvent } from '../../src/machine/contract';
import { EmulatedMachine } from '../../src/machine/machine';
import { assemble } from '../support/assemble';

/** The number of the call among the causes: none that the manual uses. */
const CAUSE = 64;
const MEMORY = 2 ** 22;

const SYSENTER = insn('sysenter', '0000000 00000 00000 000 00000 0001011', {
  asm: '',
  ref: 'none: for this test',
  doc: 'Calls the kernel at stvec; it returns behind this instruction.',
  kind: 'trap',
  sem: (o) => o.helper('sysenter'),
});

const isa = {
  ...RISCV64,
  causes: [
    ...RISCV64.causes,
    { id: 'sysenter', cause: CAUSE, isInterrupt: false, name: 'System call', group: 'ecall', tval: 'zero' } as const,
  ],
};

const engineIsa: BoardSpec['engineIsa'] = {
  ...RISCV64_ENGINE,
  name: 'riscv64 with sysenter',
  insns: [...RISCV64_ENGINE.insns, SYSENTER],
  helpers: {
    ...RISCV64_ENGINE.helpers,
    sysenter: (state) => {
      state.set('sepc', state.pc + 4n);
      state.set('priv', 1n);
      state.contextChanged();
      state.called(CAUSE);
      state.jump(state.get('stvec'));
    },
  },
};

const spec: BoardSpec = {
  ...RISCV64_VIRT_BOARD,
  isa,
  engineIsa,
  build: (services, files, choices): Board => ({
    ...RISCV64_VIRT_BOARD.build(services, files, choices),
    isa,
    engineIsa,
  }),
};

const KERNEL = 32;
const USER = 44;
const PROGRAM = assemble([
  ['auipc', { rd: 7, imm: 0 }],
  ['addi', { rd: 7, rs1: 7, imm: KERNEL }],
  ['csrrw', { rd: 0, rs1: 7, csr: 0x105 }],
  ['auipc', { rd: 6, imm: 0 }],
  ['addi', { rd: 6, rs1: 6, imm: USER - 12 }],
  ['csrrw', { rd: 0, rs1: 6, csr: 0x141 }],
  ['sret', {}],
  ['addi', { rd: 0, rs1: 0, imm: 0 }],
  // The kernel: counts, and returns behind the call.
  ['addi', { rd: 8, rs1: 8, imm: 1 }],
  ['sret', {}],
  ['addi', { rd: 0, rs1: 0, imm: 0 }],
  // The user's program: calls for ever. The word before last is sysenter.
  ['addi', { rd: 9, rs1: 9, imm: 1 }],
  ['addi', { rd: 0, rs1: 0, imm: 0 }],
  ['jal', { rd: 0, imm: -8 }],
]);
const CALL = USER + 4;

function booted(): { readonly machine: EmulatedMachine; readonly base: bigint } {
  const bytes = PROGRAM.slice();
  new DataView(bytes.buffer).setUint32(CALL, SYSENTER.pattern.match, true);
  const plan = spec.plan({ kernel: { name: 'calls', bytes }, memory: MEMORY, harts: 1 }, {});
  const machine = new EmulatedMachine({ spec, memory: MEMORY, harts: 1, plan, files: {}, choices: {} });
  return { machine, base: machine.cpus[0]!.pc };
}

function finish(target: DebugTarget, first = target.resume()) {
  let result = first;
  while (result.kind === 'running') result = target.slice(10_000n);
  if (result.kind !== 'stopped') throw new Error(`the guest is ${result.kind}`);
  return result.stop;
}

/** A target that stands in the user's program, in front of the call. */
function atCall(): { readonly target: DebugTarget; readonly base: bigint } {
  const { machine, base } = booted();
  const target = new DebugTarget(machine, []);
  target.halt({ kind: 'entry', hart: 0 });
  for (let left = 8; left > 0; left--) {
    const first = target.step({ hart: 0, how: 'into', unit: 'instruction' });
    if (typeof first === 'string') throw new Error(first);
    finish(target, first);
  }
  expect(target.cpu(0).pc).toBe(base + BigInt(CALL));
  return { target, base };
}

describe('a call of the kernel without an exception', () => {
  it('is one change of world each way, with its reason', () => {
    const { machine, base } = booted();
    const seen: string[] = [];
    const off = (at: bigint) => Number(at - base);
    machine.observe(['crossing'], (event: TraceEvent) => {
      if (event.kind !== 'crossing') return;
      const by = event.by === 'instruction' ? event.mnemonic : `${event.by} ${event.cause}`;
      seen.push(`${by}: ${event.from.mode} at ${off(event.instruction)} → ${event.to.mode} at ${off(event.pc)}`);
    });
    machine.run({ budget: 14n });
    expect(seen).toEqual([
      `sret: S at 24 → U at ${USER}`,
      `call ${CAUSE}: U at ${CALL} → S at ${KERNEL}`,
      `sret: S at 36 → U at ${CALL + 4}`,
      `call ${CAUSE}: U at ${CALL} → S at ${KERNEL}`,
    ]);
  });

  it('stops by its filter, and the stack shows who called', () => {
    const { machine, base } = booted();
    const target = new DebugTarget(machine, []);
    expect(target.setExceptionFilters([{ id: 'sysenter' }])).toEqual([undefined]);
    const stop = finish(target);
    expect(stop).toMatchObject({ kind: 'trap', event: { by: 'call', cause: CAUSE } });
    expect(target.cpu(0).pc).toBe(base + BigInt(KERNEL));
    const [top, label, caller] = target.stack(0).frames(0, 10);
    expect(top).toMatchObject({ kind: 'code', physical: { pc: base + BigInt(KERNEL) } });
    const at = (base + BigInt(CALL)).toString(16);
    expect(label).toMatchObject({ kind: 'label', name: `── trap: System call, U → S, at 0x${at}` });
    expect(caller).toMatchObject({
      kind: 'code',
      physical: { pc: base + BigInt(CALL), cpu: { world: { mode: 'U' } } },
    });
  });

  it('is stepped over unseen, or into when steps follow traps', () => {
    const over = atCall();
    finish(over.target, over.target.step({ hart: 0, how: 'over', unit: 'instruction' }) as never);
    expect(over.target.cpu(0).pc).toBe(over.base + BigInt(CALL + 4));
    expect(over.target.cpu(0).readRegister('s0')).toBe(1n);
    const into = atCall();
    into.target.trapPolicy = 'follow';
    finish(into.target, into.target.step({ hart: 0, how: 'into', unit: 'instruction' }) as never);
    expect(into.target.cpu(0).pc).toBe(into.base + BigInt(KERNEL));
  });
});
