/** A machine that does what a test says: `run` performs the next step of the script. For tests of what debug makes of it. */
import { type Pa, pa, type Va, va } from '../../src/base/address';
import type { Isa } from '../../src/isa/core/isa';
import type { Translation } from '../../src/isa/core/translation';
import type { World } from '../../src/isa/core/world';
import { RISCV64 } from '../../src/isa/riscv64';
import type { Cpu, Machine, RunExit, RunOptions, TrapEvent, Watch } from '../../src/machine/contract';

/** What one call of `run` does. */
export interface ScriptStep {
  readonly exit: RunExit;
  /** Instructions it retires. */
  readonly retires?: bigint;
  /** Where the harts are afterwards. */
  readonly pcs?: readonly bigint[];
}

const world: World = { isa: 'riscv64', mode: 'S', rank: 3, guest: false, level: 'kernel', asid: 0, vmid: 0, roots: [] };

class ScriptedCpu implements Cpu {
  readonly world = world;
  readonly registers = new Map<string, bigint>();
  pc: Va = va(0x80000000n);
  retired = 0n;
  activity: Cpu['activity'] = 'running';

  constructor(readonly hart: number) {}

  readRegister(name: string): bigint {
    return name === 'pc' ? this.pc : (this.registers.get(RISCV64.register(name)?.name ?? name) ?? 0n);
  }

  writeRegister(name: string, value: bigint): void {
    if (name === 'pc') this.pc = va(value);
    else this.registers.set(RISCV64.register(name)?.name ?? name, value);
  }

  destination(): undefined {
    return undefined;
  }

  translate(at: Va): Translation {
    const perms = { read: true, write: true, execute: true, user: false };
    return {
      va: at,
      scheme: 'Bare',
      steps: [],
      result: { ok: true, ipa: at as never, pa: pa(at), pageSize: 4096, perms },
    };
  }
}

/** RAM of 64 KiB at 0x80000000, harts without paging, and a script. */
export class ScriptedMachine implements Machine {
  readonly isa: Isa = RISCV64;
  readonly board = 'scripted';
  readonly devices = [];
  readonly cpus: readonly ScriptedCpu[];
  readonly ramBase = pa(0x80000000n);
  readonly ramSize = 1 << 16;
  readonly ram = [{ base: this.ramBase, size: this.ramSize }];
  readonly bytes = new Uint8Array(this.ramSize);
  readonly runs: RunOptions[] = [];
  breakpoints: { readonly physical: readonly Pa[]; readonly virtual: readonly Va[] } = { physical: [], virtual: [] };
  watches: readonly Watch[] = [];
  retired = 0n;
  now = 0n;

  constructor(
    harts: number,
    private readonly script: ScriptStep[],
  ) {
    this.cpus = Array.from({ length: harts }, (_, hart) => new ScriptedCpu(hart));
  }

  run(options: RunOptions): RunExit {
    this.runs.push(options);
    const step = this.script.shift() ?? { exit: { kind: 'budget' } };
    this.retired += step.retires ?? options.budget;
    for (const [hart, pc] of (step.pcs ?? []).entries()) this.cpus[hart]?.writeRegister('pc', pc);
    if (step.exit.kind === 'event' && options.stopOn?.(step.exit.event) !== true) return { kind: 'budget' };
    return step.exit;
  }

  readPhysical(at: Pa, length: number): Uint8Array | undefined {
    const from = Number(at - this.ramBase);
    return from < 0 || from + length > this.ramSize ? undefined : this.bytes.slice(from, from + length);
  }

  writePhysical(at: Pa, bytes: Uint8Array): boolean {
    const from = Number(at - this.ramBase);
    if (from < 0 || from + bytes.length > this.ramSize) return false;
    this.bytes.set(bytes, from);
    return true;
  }

  setBreakpoints(at: { readonly physical: readonly Pa[]; readonly virtual: readonly Va[] }): void {
    this.breakpoints = at;
  }

  setWatches(watches: readonly Watch[]): void {
    this.watches = watches;
  }

  observe(): () => void {
    return () => {};
  }

  observeStores(): void {}

  observeUses(): void {}

  onRemark(): void {}

  onConsole(): () => void {
    return () => {};
  }

  input(): void {}

  stateHash(): string {
    return '';
  }

  save(): null {
    return null;
  }

  restore(): void {}
}

/** A trap from S to S. */
export const trapAt = (hart: number, epc: bigint, cause = 13): TrapEvent => ({
  kind: 'crossing',
  by: 'trap',
  hart,
  cause,
  isInterrupt: false,
  instruction: va(epc),
  tval: 0n,
  from: world,
  to: world,
  pc: va(epc + 0x100n),
  at: 0n,
});
