/**
 * An instruction tried on a copy of a hart, for the debugger: where a call, a return or an entry to a guest would lead now. What
 * changes the hart in the engine decides it here, too; nothing of the hart, of memory or of devices is changed.
 */

import { matchInsn } from './decoder';
import { type DecodedInsn, type Encoding, lengthOfUnit, wordOf } from './encoding';
import type { EngineIsa } from './engine-isa';
import { isPatternInsn } from './insn';
import { type BusWidth, FirmwareCall, type HartState, SEMIHOSTING, Trap } from './privileged';
import { recordGraph } from './record-graph';

/** What an instruction may read; `undefined` where that is not possible without effects. */
export interface TrialMemory {
  readVirtual(address: bigint, bytes: number): Uint8Array | undefined;
  readPhysical(address: bigint, bytes: number): Uint8Array | undefined;
}

/** Where an instruction led. */
export interface TrialEnd {
  readonly pc: bigint;
  /** The slots as they would be then. */
  readonly get: (slot: string) => bigint;
}

/** The instruction needs something that cannot be had without effects. */
class Unknown extends Error {}

/**
 * Executes the instruction whose bytes these are, as if `state` stood at `pc`. `undefined` when it does not change worlds, when
 * the machine itself answers as firmware, when it faults instead, or when that cannot be known.
 */
export const tryInsn = (
  isa: EngineIsa,
  state: HartState,
  pc: bigint,
  bytes: Uint8Array,
  memory: TrialMemory,
): TrialEnd | undefined => {
  const decoded = decodeBytes(isa, bytes, isa.decodeMode?.(state) ?? 0);
  if (decoded === undefined) return undefined;
  const { insn, fields, length } = decoded;
  const trial = new Trial(state, pc, length, wordOf(bytes.subarray(0, Math.min(4, length))), memory, isa.ownSpace);
  const effect = recordGraph(insn).effects.find(({ k }) => k === 'helper' || k === 'trap');
  try {
    if (effect?.k === 'helper') isa.helpers[effect.name]?.(trial, (name) => fields[name] ?? 0);
    else if (effect?.k === 'trap') throw new Trap(effect.cause, 0n);
  } catch (error) {
    if (error instanceof FirmwareCall || error instanceof Unknown) return undefined;
    if (!(error instanceof Trap)) throw error;
    if (insn.kind !== 'trap') return undefined;
    isa.takeTrap(trial, error.trapCause, false, error.tval, pc, error.detail);
  }
  return trial.target === undefined ? undefined : { pc: trial.target, get: (slot) => trial.get(slot) };
};

const decodeBytes = (
  { encoding, insns }: { readonly encoding: Encoding; readonly insns: EngineIsa['insns'] },
  bytes: Uint8Array,
  mode: number,
): DecodedInsn | undefined => {
  if (encoding.kind === 'program') {
    const decoded = encoding.decode(bytes, mode);
    return decoded === 'short' ? undefined : decoded;
  }
  const length = lengthOfUnit(encoding, wordOf(bytes.subarray(0, encoding.unit)));
  if (length === 0 || bytes.length < length) return undefined;
  const word = wordOf(bytes.subarray(0, length));
  for (const insn of insns) {
    const found = isPatternInsn(insn) && insn.pattern.length === length ? matchInsn(insn, word) : undefined;
    if (found !== undefined) return { insn, length, ...found };
  }
  return undefined;
};

/** Keeps what is written to it, and reads everything else of a hart. */
class Trial implements HartState {
  target: bigint | undefined;
  private readonly registers = new Map<string, bigint>();
  private readonly slots = new Map<string, bigint>();
  private readonly banks = new Map<string, BigUint64Array>();

  constructor(
    private readonly of: HartState,
    readonly pc: bigint,
    readonly length: number,
    readonly word: number,
    private readonly memory: TrialMemory,
    private readonly ownSpace: number | undefined,
  ) {}

  get hart(): number {
    return this.of.hart;
  }
  get time(): bigint {
    return this.of.time;
  }
  get cycles(): bigint {
    return this.of.cycles;
  }
  get retired(): bigint {
    return this.of.retired;
  }
  read(file: string, index: number): bigint {
    return this.registers.get(`${file}${index}`) ?? this.of.read(file, index);
  }
  write(file: string, index: number, value: bigint): void {
    this.registers.set(`${file}${index}`, value);
  }
  get(slot: string): bigint {
    return this.slots.get(slot) ?? this.of.get(slot);
  }
  set(slot: string, value: bigint): void {
    this.slots.set(slot, BigInt.asUintN(64, value));
  }
  bank(name: string): BigUint64Array {
    const known = this.banks.get(name) ?? this.of.bank(name).slice();
    this.banks.set(name, known);
    return known;
  }
  jump(target: bigint): void {
    this.target = target;
  }
  called(): void {}
  flushTranslations(): void {}
  flushCode(): void {}
  contextChanged(): void {}
  interruptsChanged(): void {}
  timersChanged(): void {}
  wait(): void {}
  shutDown(): void {}
  tookInstead(): void {}
  load(address: bigint, bytes: number, as?: number): bigint {
    // Whose translation `as` means, only the processor knows.
    if (as !== undefined && as !== this.ownSpace) throw new Unknown();
    return known(this.memory.readVirtual(address, bytes));
  }
  store(): void {}
  check(): void {}
  loadPhysical(address: bigint, bytes: number): bigint {
    return known(this.memory.readPhysical(address, bytes));
  }
  storePhysical(): boolean {
    return true;
  }
  readSpace(space: string, address: number, bytes: BusWidth): bigint | undefined {
    // Whether the machine answers semihosting; of other spaces reading may have effects.
    if (space === SEMIHOSTING) return this.of.readSpace(space, address, bytes);
    throw new Unknown();
  }
  writeSpace(): boolean {
    return true;
  }
}

const known = (bytes: Uint8Array | undefined): bigint => {
  if (bytes === undefined) throw new Unknown();
  return bytes.reduceRight((value, byte) => (value << 8n) | BigInt(byte), 0n);
};
