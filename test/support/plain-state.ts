/** The registers of an instruction set in plain JavaScript, without the engine's ideas of where they lie. */
import type { RegisterFile, RegisterView, StateLayout } from '../../src/isa/core/state-layout';

const mask = (bits: number): bigint => (1n << BigInt(bits)) - 1n;

/** Where a number of a view lies: in which register, from which byte on. */
const placeOf = ({ parts, byte = 0 }: RegisterView, index: number): { register: number; byte: number } =>
  parts?.[index] ?? { register: index, byte };

export class PlainState {
  private readonly files: ReadonlyMap<string, RegisterFile>;
  private readonly views: ReadonlyMap<string, RegisterView>;
  private readonly registers: ReadonlyMap<string, bigint[]>;
  private readonly banks: ReadonlyMap<string, BigUint64Array>;
  private readonly slots: Map<string, bigint>;

  constructor({ files, views = [], slots, banks = [] }: StateLayout) {
    this.files = new Map(files.map((file) => [file.name, file]));
    this.views = new Map(views.map((view) => [view.name, view]));
    this.registers = new Map(files.map(({ name, count }) => [name, new Array<bigint>(count).fill(0n)]));
    this.banks = new Map(banks.map(({ name, cells }) => [name, new BigUint64Array(cells)]));
    this.slots = new Map(slots.map((name) => [name, 0n]));
  }

  read(file: string, index: number): bigint {
    const view = this.views.get(file);
    if (!view) return this.file(file).zero === index ? 0n : (this.registers.get(file)?.[index] ?? 0n);
    if (view.zero === index) return 0n;
    const slot = view.slots?.[index];
    const { register, byte } = placeOf(view, index);
    const whole = slot === undefined ? (this.registers.get(view.of)?.[register] ?? 0n) : this.get(slot);
    return (whole >> BigInt(8 * byte)) & mask(view.bits ?? this.file(view.of).bits);
  }

  write(file: string, index: number, value: bigint): void {
    const view = this.views.get(file);
    if (!view) {
      const { zero, bits } = this.file(file);
      if (index !== zero) this.put(file, index, value & mask(bits));
      return;
    }
    if (view.zero === index) return;
    const slot = view.slots?.[index];
    const { register, byte } = placeOf(view, index);
    const whole = slot === undefined ? (this.registers.get(view.of)?.[register] ?? 0n) : this.get(slot);
    const shift = BigInt(8 * byte);
    const part = mask(view.bits ?? this.file(view.of).bits) << shift;
    const changed = (whole & ~part) | ((value << shift) & part);
    if (slot === undefined) this.put(view.of, register, changed);
    else this.set(slot, changed);
  }

  get(slot: string): bigint {
    const value = this.slots.get(slot);
    if (value === undefined) throw new Error(`no slot ${slot}`);
    return value;
  }

  set(slot: string, value: bigint): void {
    if (!this.slots.has(slot)) throw new Error(`no slot ${slot}`);
    if (value !== BigInt.asUintN(64, value)) throw new Error(`slot ${slot} given ${value}, not 64 unsigned bits`);
    this.slots.set(slot, value);
  }

  bank(name: string): BigUint64Array {
    const cells = this.banks.get(name);
    if (!cells) throw new Error(`no bank ${name}`);
    return cells;
  }

  private file(name: string): RegisterFile {
    const file = this.files.get(name);
    if (!file) throw new Error(`no register file ${name}`);
    return file;
  }

  private put(file: string, index: number, value: bigint): void {
    const registers = this.registers.get(file);
    if (registers?.[index] === undefined) throw new Error(`no register ${index} of ${file}`);
    registers[index] = value;
  }
}
