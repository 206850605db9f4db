/** A hart's state as the ISA's TypeScript sees it: named slots and registers over the wasm memory. */

import type { DecodedInsn } from '../isa/core/encoding';
import type { Insn } from '../isa/core/insn';
import { extractField } from '../isa/core/pattern';
import type { BusWidth, Fence, HartState, TranslationScope, TrapDetail } from '../isa/core/privileged';
import type { Access } from '../isa/core/translation';
import { STATE, STATUS } from './layout';
import type { MachineMemory } from './machine-memory';
import { Retries } from './retries';
import { cellOf, type PlacedFile } from './state-map';

/** What a hart needs of the engine around it. */
export interface HartServices {
  /** @param hart undefined for all */
  flushTranslations(hart: number | undefined, scope: TranslationScope, fence?: Fence): void;
  flushCode(): void;
  contextChanged(view: HartView): void;
  timersChanged(view: HartView): void;
  readonly timebase: { readonly ticksOf: (cycles: bigint) => bigint };
  cycles(view: HartView): bigint;
  retired(view: HartView): bigint;
  /** The instruction at pc, where a program decodes. */
  decoded(view: HartView): DecodedInsn | undefined;
  load(view: HartView, address: bigint, bytes: 1 | 2 | 4 | 8, as: number | undefined): bigint;
  store(view: HartView, address: bigint, bytes: 1 | 2 | 4 | 8, value: bigint, as: number | undefined): void;
  check(view: HartView, address: bigint, access: Access): void;
  loadPhysical(view: HartView, address: bigint, bytes: BusWidth): bigint | undefined;
  storePhysical(view: HartView, address: bigint, bytes: BusWidth, value: bigint): boolean;
  readSpace(view: HartView, space: string, address: number, bytes: BusWidth): bigint | undefined;
  writeSpace(view: HartView, space: string, address: number, bytes: BusWidth, value: bigint): boolean;
}

export class HartView implements HartState {
  /** Where execution goes on, when a helper said so. */
  jumpTarget: bigint | undefined;
  /** The cause by which a helper called more privileged code. */
  calledAs: number | undefined;
  /** The exception that was taken for the one that was asked for. */
  instead: { readonly cause: number; readonly tval: bigint; readonly detail?: TrapDetail } | undefined;
  /** A helper changed interrupt state. */
  interruptsMayBePending = false;
  /** A helper changed privilege or translation context. */
  hasChangedContext = false;
  /** Traps since the last instruction that retired, and the count then: a hart that only traps is stuck. */
  trapStreak = 0;
  retiredAtTrap = -1n;
  readonly retries = new Retries();
  /** Why the hart has given up, for users. Like its activity, until a reset. */
  shutdown: string | undefined;
  #insn: Insn | undefined;

  constructor(
    readonly hart: number,
    readonly memory: MachineMemory,
    readonly services: HartServices,
  ) {}

  /** Prepares for running a helper for `insn` at the pc in the state. */
  begin(insn: Insn | undefined): void {
    this.#insn = insn;
    this.jumpTarget = undefined;
    this.calledAs = undefined;
    this.instead = undefined;
    this.interruptsMayBePending = false;
    this.hasChangedContext = false;
  }

  readonly field = (name: string): number => {
    const insn = this.#insn;
    const field = insn?.pattern?.fields.get(name);
    if (field) return extractField(field, this.word);
    const value = insn && !insn.pattern ? this.services.decoded(this)?.fields[name] : undefined;
    if (value === undefined) throw new Error(`${insn?.mnemonic ?? 'no instruction'}: no field "${name}"`);
    return value;
  };

  /** A field of the instruction at pc, where a program decodes. */
  readonly decodedField = (name: string): number => {
    const { fields, wide } = this.services.decoded(this) ?? {};
    const value = fields?.[name] ?? wide?.[name];
    if (value === undefined) throw new Error(`the instruction at 0x${this.pc.toString(16)} has no field "${name}"`);
    return Number(value);
  };

  get base(): number {
    return this.memory.stateOf(this.hart);
  }
  get pc(): bigint {
    return this.memory.u64[(this.base + STATE.pc) >> 3] ?? 0n;
  }
  set pc(value: bigint) {
    this.memory.u64[(this.base + STATE.pc) >> 3] = value;
  }
  get length(): number {
    return this.memory.i32[(this.base + STATE.length) >> 2] ?? 0;
  }
  get word(): number {
    return this.memory.u32[(this.base + STATE.word) >> 2] ?? 0;
  }
  /** 0 running, 1 waiting, 2 stopped. */
  get activity(): number {
    return this.memory.i32[(this.base + STATE.activity) >> 2] ?? 0;
  }
  set activity(value: number) {
    this.memory.i32[(this.base + STATE.activity) >> 2] = value;
    if (value === 0) this.shutdown = undefined;
  }

  read(file: string, index: number): bigint {
    const placed = this.#file(file);
    if (index === placed.zero) return 0n;
    const at = this.base + placed.offset + cellOf(placed, index, 'read');
    const { view } = this.memory;
    switch (placed.bits) {
      case 8:
        return BigInt(view.getUint8(at));
      case 16:
        return BigInt(view.getUint16(at, true));
      case 32:
        return BigInt(view.getUint32(at, true));
      case 64:
        return view.getBigUint64(at, true);
      case 128:
        return view.getBigUint64(at, true) | (view.getBigUint64(at + 8, true) << 64n);
    }
  }
  write(file: string, index: number, value: bigint): void {
    const placed = this.#file(file);
    if (index === placed.zero) return;
    const at = this.base + placed.offset + cellOf(placed, index, 'write');
    const { view } = this.memory;
    // DataView takes the value modulo the width.
    if (placed.bits === 8) view.setUint8(at, Number(value & 0xffn));
    else if (placed.bits === 16) view.setUint16(at, Number(value & 0xffffn), true);
    else if (placed.bits === 32) view.setUint32(at, Number(value & 0xffff_ffffn), true);
    else view.setBigUint64(at, value, true);
    if (placed.bits === 128) view.setBigUint64(at + 8, value >> 64n, true);
  }
  #file(name: string): PlacedFile {
    const file = this.memory.state.files.get(name);
    if (!file) throw new Error(`no register file "${name}"`);
    return file;
  }
  get(slot: string): bigint {
    return this.memory.u64[this.#slot(slot)] ?? 0n;
  }
  set(slot: string, value: bigint): void {
    this.memory.u64[this.#slot(slot)] = value;
  }
  #slot(name: string): number {
    const offset = this.memory.state.slots.get(name);
    if (offset === undefined) throw new Error(`no state slot "${name}"`);
    return (this.base + offset) >> 3;
  }
  bank(name: string): BigUint64Array {
    return this.memory.bank(this.hart, name);
  }

  jump(target: bigint): void {
    this.jumpTarget = target;
  }
  called(cause: number): void {
    this.calledAs = cause;
  }
  tookInstead(cause: number, tval: bigint, detail?: TrapDetail): void {
    this.instead = { cause, tval, ...(detail && { detail }) };
  }
  flushTranslations(scope: TranslationScope = 'all', fence?: Fence, everywhere = false): void {
    this.services.flushTranslations(everywhere ? undefined : this.hart, scope, fence);
  }
  flushCode(): void {
    this.services.flushCode();
  }
  contextChanged(): void {
    this.hasChangedContext = true;
    this.services.contextChanged(this);
  }
  interruptsChanged(): void {
    this.interruptsMayBePending = true;
  }
  timersChanged(): void {
    this.services.timersChanged(this);
  }
  wait(): void {
    this.activity = 1;
    this.memory.status = STATUS.wait;
  }
  shutDown(why: string): void {
    this.activity = 2;
    this.shutdown = why;
    this.memory.status = STATUS.stuck;
  }
  get time(): bigint {
    return this.services.timebase.ticksOf(this.cycles);
  }
  get cycles(): bigint {
    return this.services.cycles(this);
  }
  get retired(): bigint {
    return this.services.retired(this);
  }
  load(address: bigint, bytes: 1 | 2 | 4 | 8, as?: number): bigint {
    return this.services.load(this, address, bytes, as);
  }
  store(address: bigint, bytes: 1 | 2 | 4 | 8, value: bigint, as?: number): void {
    this.services.store(this, address, bytes, value, as);
  }
  check(address: bigint, access: Access): void {
    this.services.check(this, address, access);
  }
  loadPhysical(address: bigint, bytes: BusWidth): bigint | undefined {
    return this.services.loadPhysical(this, address, bytes);
  }
  storePhysical(address: bigint, bytes: BusWidth, value: bigint): boolean {
    return this.services.storePhysical(this, address, bytes, value);
  }
  readSpace(space: string, address: number, bytes: BusWidth): bigint | undefined {
    return this.services.readSpace(this, space, address, bytes);
  }
  writeSpace(space: string, address: number, bytes: BusWidth, value: bigint): boolean {
    return this.services.writeSpace(this, space, address, bytes, value);
  }
}
