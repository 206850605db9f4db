/** What makes a machine out of an engine: an instruction set, an address map, time, reset state and firmware. */
import type { Architecture } from '../../base/architectures';
import type { BoardChoices } from '../../base/board-choices';
import type { DriveBus } from '../../base/device-words';
import type { Device, PowerEvent } from '../../devices/device';
import type { DiskImage } from '../../devices/virtio/block';
import type { HartView } from '../../engine/hart-view';
import type { RamRange } from '../../engine/machine-memory';
import type { EngineIsa } from '../../isa/core/engine-isa';
import type { Isa } from '../../isa/core/isa';
import type { BusWidth, Fence, FirmwareService } from '../../isa/core/privileged';
import type { World } from '../../isa/core/world';
import type { BootInput, LoadPlan } from '../boot/load-plan';
import type { Bus } from '../bus';

/** What a board may ask of the machine it is in. */
export interface BoardServices {
  /** Guest nanoseconds since reset. */
  now(): bigint;
  /** Asks for `fired(tag)` of the device with that id, or of the board's firmware, at guest time `at` (ns). */
  alarm(owner: string, tag: string, at: bigint | undefined): void;
  output(bytes: Uint8Array): void;
  power(event: PowerEvent): void;
  /** What a guest got wrong, for whoever debugs it; the same text once. */
  remark(text: string): void;
  hart(index: number): HartView;
  readonly harts: number;
  /** Bytes of RAM. */
  readonly memory: number;
  /** The hart's interrupt lines or activity changed from outside: it must look before its next instruction. */
  attention(hart: number): void;
  flushTranslations(hart: number): void;
  /** Firmware fences a hart's translations because the guest asked for it. */
  fence(hart: number, fence: Fence): void;
  readPhysical(at: bigint, length: number): Uint8Array | undefined;
  /** RAM only, as a bus master reads it. */
  readMemory(at: bigint, length: number): Uint8Array | undefined;
  writePhysical(at: bigint, bytes: Uint8Array): boolean;
  /** Reads as `hart` would now, side-effect free. */
  readVirtual(hart: number, at: bigint, length: number): Uint8Array | undefined;
}

/** A board with its devices built. */
export interface Board {
  readonly id: string;
  readonly isa: Isa;
  readonly engineIsa: EngineIsa;
  /** Physical memory. */
  readonly bus: Bus;
  /** Other address spaces, by the names that the instruction set calls them by. */
  readonly spaces?: Readonly<Record<string, BoardSpace>>;
  readonly devices: readonly Device[];
  /** The device that console input goes to. */
  readonly console: Pick<Device, 'input'>;
  /** Flash arrays and the like: readable bytes that are no RAM; side-effect free. */
  readArray(pa: number, length: number): Uint8Array | undefined;
  /** State slots that name translation roots. */
  readonly rootRegisters: readonly string[];
  resetHart(view: HartView, plan: LoadPlan): void;
  firmwareCall(view: HartView, service: FirmwareService): boolean;
  /** Timer registers of the hart's own changed: sets its lines and alarms. */
  timersChanged(view: HartView): void;
  /** An alarm that belongs to no device is due. */
  alarmFired(owner: string, tag: string): void;
  worldOf(slot: (name: string) => bigint): World;
  readRegister(view: HartView, name: string): bigint | undefined;
  /** A system register, of the hart as it is or as it was. */
  readSystemRegister(
    state: Pick<HartView, 'hart' | 'get' | 'time' | 'cycles' | 'retired'>,
    name: string,
  ): bigint | undefined;
  /** False when there is no such register or nothing to write. */
  writeRegister(view: HartView, name: string, value: bigint): boolean;
}

/** An address space of a board beside memory; `by` is the processor that accesses. */
export interface BoardSpace {
  /** `undefined` where nothing answers. */
  read(address: number, width: BusWidth, by: number): bigint | undefined;
  /** False where nothing answers. */
  write(address: number, width: BusWidth, value: bigint, by: number): boolean;
}

/** Facts of a board that hold before it is built. */
export interface BoardSpec {
  readonly id: string;
  readonly arch: Architecture;
  readonly isa: Isa;
  readonly engineIsa: EngineIsa;
  /** The ranges of RAM of a machine with `memory` bytes, by address. */
  ram(memory: number): readonly RamRange[];
  readonly maxHarts: number;
  readonly nanosecondsPerInstruction: bigint;
  /** What a user can choose, by name: the values, the one that is taken without a word first. */
  readonly options: Readonly<Record<string, readonly [string, ...string[]]>>;
  /** Guest nanoseconds of one tick of the board's timer. */
  tick(choices: BoardChoices): bigint;
  /** How many virtio devices fit on each bus. */
  readonly room: Readonly<Record<DriveBus, number>>;
  /** The devices' places in physical memory, for views that name addresses. */
  readonly windows: readonly BoardWindow[];
  /** What lies where when the first instruction executes. @throws LoadError for everything a user can get wrong */
  plan(input: BootInput, choices: BoardChoices): LoadPlan;
  build(services: BoardServices, files: BoardFiles, choices: BoardChoices): Board;
}

/** A device's place in the physical address space. */
export interface BoardWindow {
  readonly name: string;
  readonly base: bigint;
  readonly size: bigint;
}

/** The windows of a board's map. */
export const windowsOf = (
  map: Readonly<Record<string, { readonly base: number; readonly size: number }>>,
): readonly BoardWindow[] =>
  Object.entries(map).map(([name, { base, size }]) => ({ name, base: BigInt(base), size: BigInt(size) }));

export interface BoardFiles {
  /** The kernel's command line, for those who ask by semihosting. */
  readonly append?: string;
  /** Initial contents of the two flash banks; longer than a bank is cut. */
  readonly pflash0?: Uint8Array;
  readonly pflash1?: Uint8Array;
  readonly drives?: readonly Drive[];
  readonly extras?: readonly ExtraDevice[];
}

export interface Drive {
  readonly image: DiskImage;
  readonly bus: DriveBus;
  readonly isReadOnly?: boolean;
}

/** A virtio device that a board has only when it is asked for. */
export type ExtraDevice = { readonly bus: DriveBus } & (
  | { readonly kind: 'console' }
  /** All its numbers follow from `seed`, 64 bits. */
  | { readonly kind: 'entropy'; readonly seed: bigint }
);
