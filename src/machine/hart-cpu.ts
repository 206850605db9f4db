/** One hart as a debugger sees it. */
import { type Pa, pa, type Va, va } from '../base/address';
import type { HartView } from '../engine/hart-view';
import { STATE } from '../engine/layout';
import type { SoftTlb } from '../engine/tlb';
import type { Access, Translation } from '../isa/core/translation';
import { tryInsn } from '../isa/core/trial';
import type { World } from '../isa/core/world';
import type { Board } from './boards/board';
import type { Cpu } from './contract';
import { readVirtual } from './physical-space';

const ACTIVITIES = ['running', 'waiting', 'stopped'] as const;

export class HartCpu implements Cpu {
  constructor(
    readonly view: HartView,
    readonly board: Board,
    readonly readPhysical: (at: Pa, length: number) => Uint8Array | undefined,
    readonly tlb: SoftTlb,
    /** Told of registers that a debugger writes. */
    readonly written: (name: string, value: bigint) => void,
  ) {}

  get hart(): number {
    return this.view.hart;
  }
  get world(): World {
    return this.board.worldOf((slot) => this.view.get(slot));
  }
  get pc(): Va {
    return va(this.view.pc);
  }
  get retired(): bigint {
    return this.view.memory.u64[(this.view.base + STATE.retired) >> 3] ?? 0n;
  }
  get activity(): (typeof ACTIVITIES)[number] {
    return ACTIVITIES[this.view.activity] ?? 'running';
  }

  readRegister(name: string): bigint {
    const value = this.board.readRegister(this.view, name);
    if (value === undefined) throw new Error(`${this.board.isa.name} has no register "${name}"`);
    return value < 0n ? BigInt.asUintN(64, value) : value;
  }

  writeRegister(name: string, value: bigint): void {
    this.setRegister(name, value);
    this.written(name, value);
  }

  /** The same, told to nobody. */
  setRegister(name: string, value: bigint): void {
    // Of registers with fewer bits the low ones of 64 are taken.
    const bits = Math.max(64, this.board.isa.register(name)?.bits ?? 64);
    this.board.writeRegister(this.view, name, BigInt.asUintN(bits, value));
  }

  cached(address: Va, access: 'read' | 'write'): Pa | undefined {
    const found = this.tlb.physicalOf(access, this.hart, this.board.engineIsa.dataContext(this.view), address);
    return found === undefined ? undefined : pa(BigInt(found));
  }

  destination(address: Va, bytes: Uint8Array): ReturnType<Cpu['destination']> {
    const { engineIsa } = this.board;
    const end = tryInsn(engineIsa, this.view, address, bytes, {
      readVirtual: (at, length) => readVirtual(this, this.readPhysical, at, length),
      readPhysical: (at, length) => this.readPhysical(pa(at), length),
    });
    return end && { pc: va(BigInt.asUintN(64, end.pc)), world: this.board.worldOf(end.get) };
  }

  translate(address: Va, access: Access, world: World = this.world): Translation {
    return this.board.isa.translate(world, this.readPhysical, address, access, (name) => this.readRegister(name));
  }
}
