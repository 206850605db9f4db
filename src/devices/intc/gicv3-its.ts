/**
 * The interrupt translation service (ITS) of a GICv3: a message, told by the device that sent it and the number it wrote, becomes
 * an interrupt at a processor by way of tables in guest memory, which commands in a ring set up. A command is done when the ring's
 * write pointer moves. What cannot be done is left out with a remark; where the ring is no memory, it stalls.
 * @see Arm Generic Interrupt Controller Architecture Specification, version 3 (IHI 0069), section 12.19 "The ITS register descriptions"
 */
import type { BusMaster, Device, DeviceRegister } from '../device';
import { gicv3Identity, wordAround, wordPart } from './gic-interrupts';
import { FIRST_LPI } from './gicv3-interface';
import { COMMAND_BYTES, type ItsCommand, readCommand } from './gicv3-its-commands';
import { BASER, type DeviceEntry, ENTRY_BYTES, type EventEntry, ItsTables, TableProblem } from './gicv3-its-tables';
import { type Gicv3Lpis, LPI_BITS } from './gicv3-lpis';

const GITS = {
  CTLR: 0,
  IIDR: 4,
  TYPER: 8,
  CBASER: 0x80,
  CWRITER: 0x88,
  CREADR: 0x90,
  BASER0: 0x100,
  BASER1: 0x108,
} as const;
/** The lower byte of its part number. */
const PART = 0x94;
const IIDR = 0x43b;
const ENABLED = 1;
/** It is never busy. */
const QUIESCENT = 0x8000_0000;
const STALLED = 1;
const DEVICE_BITS = 16;
/** Physical interrupts only; redistributors by their numbers; collections of 16 bits in memory. */
const TYPER = BigInt(1 | ((ENTRY_BYTES - 1) << 4) | ((LPI_BITS - 1) << 8) | ((DEVICE_BITS - 1) << 13));
const VALID = 1n << 63n;
const RING = { kept: 0xf8ef_ffff_ffff_fcffn, address: 0xf_ffff_ffff_f000n, offset: 0xf_ffe0 } as const;

/** The register by which devices send messages, from the start of both frames. */
export const TRANSLATER = 0x1_0040;

export type ItsState = {
  ctlr: number;
  /** GITS_CBASER. */
  ring: bigint;
  write: number;
  read: number;
  /** GITS_BASER of devices and of collections, without what cannot be written. */
  devices: bigint;
  collections: bigint;
};

const freshIts = (): ItsState => ({ ctlr: 0, ring: 0n, write: 0, read: 0, devices: 0n, collections: 0n });

/** What the service needs of its controller. */
export interface ItsController {
  readonly lpis: Gicv3Lpis;
  readonly processors: number;
  /** Interrupts may have become pending. */
  drive(): void;
}

export class Gicv3Its implements Device<ItsState> {
  readonly compatible = 'arm,gic-v3-its';
  readonly size = 0x2_0000;
  readonly registers: readonly DeviceRegister[] = [
    { name: 'GITS_CTLR', offset: GITS.CTLR, width: 4, doc: 'Bit 0 switches it on.' },
    { name: 'GITS_TYPER', offset: GITS.TYPER, width: 8 },
    { name: 'GITS_CBASER', offset: GITS.CBASER, width: 8, doc: 'The ring of commands.' },
    { name: 'GITS_CWRITER', offset: GITS.CWRITER, width: 8 },
    { name: 'GITS_CREADR', offset: GITS.CREADR, width: 8, doc: 'Bit 0: it stalls.' },
    { name: 'GITS_BASER0', offset: GITS.BASER0, width: 8, doc: 'The table of devices.' },
    { name: 'GITS_BASER1', offset: GITS.BASER1, width: 8, doc: 'The table of collections.' },
    { name: 'GITS_TRANSLATER', offset: TRANSLATER, width: 4, doc: 'A device writes the number of an event.' },
  ];
  state: ItsState = freshIts();
  readonly #tables: ItsTables;

  /** @param remark says what a guest got wrong */
  constructor(
    readonly id: string,
    private readonly gic: ItsController,
    private readonly memory: BusMaster,
    private readonly remark: (text: string) => void,
  ) {
    this.#tables = new ItsTables(memory);
  }

  /** A device wrote to {@link TRANSLATER}. @param device as its bus numbers it */
  message(device: number, event: number): void {
    if (!(this.state.ctlr & ENABLED)) return;
    this.#try(`the message ${event} of device 0x${device.toString(16)}`, () => {
      const found = this.#eventOf(device, event);
      this.gic.lpis.set(this.#processorOf(found), found.id, true);
    });
    this.gic.drive();
  }

  reset(): void {
    this.state = freshIts();
  }

  read(offset: number, width: 1 | 2 | 4): number {
    return wordPart(this.#readWord(offset & ~3), offset, width);
  }

  peek(offset: number, width: 1 | 2 | 4): number {
    return this.read(offset, width);
  }

  write(offset: number, width: 1 | 2 | 4, value: number): void {
    const { word, mask } = wordAround(offset, width, value);
    const at = offset & ~3;
    const { state } = this;
    const written = (old: bigint): bigint => {
      const shift = at & 4 ? 32n : 0n;
      return (old & ~(BigInt(mask) << shift)) | (BigInt(word) << shift);
    };
    const isOn = (state.ctlr & ENABLED) !== 0;
    switch (at & ~7) {
      case GITS.CTLR:
        if (at === GITS.CTLR && mask & ENABLED) state.ctlr = word & ENABLED;
        break;
      case GITS.CBASER:
        if (isOn) return;
        state.ring = written(state.ring) & RING.kept;
        state.read = 0;
        return;
      case GITS.CWRITER:
        state.write = Number(written(BigInt(state.write)) & BigInt(RING.offset));
        // Bit 0 asks a ring that stalls to go on.
        if (at === GITS.CWRITER && word & mask & 1) state.read &= ~STALLED;
        break;
      case GITS.BASER0:
        if (!isOn) state.devices = written(state.devices) & BASER.kept;
        return;
      case GITS.BASER1:
        // Collections are few: their table has one level.
        if (!isOn) state.collections = written(state.collections) & BASER.kept & ~BASER.indirect;
        return;
      default:
        return;
    }
    this.#execute();
  }

  #readWord(offset: number): number {
    const { state } = this;
    const half = (value: bigint): number => Number(BigInt.asUintN(32, offset & 4 ? value >> 32n : value));
    switch (offset & ~7) {
      case GITS.CTLR:
        return offset === GITS.IIDR ? IIDR : (state.ctlr | QUIESCENT) >>> 0;
      case GITS.TYPER:
        return half(TYPER);
      case GITS.CBASER:
        return half(state.ring);
      case GITS.CWRITER:
        return half(BigInt(state.write));
      case GITS.CREADR:
        return half(BigInt(state.read));
      case GITS.BASER0:
        return half(state.devices | BASER.type.devices | BASER.entrySize);
      case GITS.BASER1:
        return half(state.collections | BASER.type.collections | BASER.entrySize);
      default:
        return gicv3Identity(PART, offset);
    }
  }

  /** Does all that is in the ring. */
  #execute(): void {
    const { state } = this;
    if (!(state.ctlr & ENABLED) || !(state.ring & VALID)) return;
    const bytes = (Number(state.ring & 0xffn) + 1) * 0x1000;
    if (state.write >= bytes) {
      if (state.write !== state.read) this.remark(`${this.id}: GITS_CWRITER is beyond the end of the ring of commands`);
      return;
    }
    while (!(state.read & STALLED) && state.read !== state.write) {
      const at = (state.ring & RING.address) + BigInt(state.read);
      const command = this.memory.readMemory(at, COMMAND_BYTES);
      if (!command) {
        state.read |= STALLED;
        this.remark(`${this.id}: the command at 0x${at.toString(16)} is no RAM; its ring stalls`);
        break;
      }
      const found = readCommand(command);
      if (typeof found === 'number') this.remark(`${this.id}: there is no command 0x${found.toString(16)}`);
      else this.#try(found.name, () => this.#do(found));
      state.read = (state.read + COMMAND_BYTES) % bytes;
    }
    this.gic.drive();
  }

  #try(what: string, act: () => void): void {
    try {
      act();
    } catch (error) {
      if (!(error instanceof TableProblem)) throw error;
      this.remark(`${this.id}: ${what} is left out: ${error.message}`);
    }
  }

  #do(command: ItsCommand): void {
    const { lpis } = this.gic;
    const { devices, collections } = this.state;
    switch (command.name) {
      case 'MAPD': {
        const { device, table, bits, isValid } = command;
        this.#tables.setDevice(devices, this.#checkDevice(device), isValid ? { table, bits } : undefined);
        return;
      }
      case 'MAPC': {
        const processor = command.isValid ? this.#checkProcessor(command.processor) : undefined;
        this.#tables.setCollection(collections, command.collection, processor);
        return;
      }
      case 'MAPTI': {
        const { device, event, id, collection } = command;
        if (id < FIRST_LPI || id >= 2 ** LPI_BITS)
          throw new TableProblem(`${id} is no interrupt that a message can be`);
        this.#tables.setEvent(this.#deviceOf(device), event, { id, collection });
        return;
      }
      case 'MOVI': {
        const found = this.#eventOf(command.device, command.event);
        const moved = { ...found, collection: command.collection };
        this.#tables.setEvent(this.#deviceOf(command.device), command.event, moved);
        lpis.move(this.#processorOf(found), this.#processorOf(moved), found.id);
        return;
      }
      case 'INT':
      case 'CLEAR':
      case 'INV':
      case 'DISCARD': {
        const found = this.#eventOf(command.device, command.event);
        const processor = this.#processorOf(found);
        if (command.name === 'INV') lpis.invalidate(processor, found.id);
        else lpis.set(processor, found.id, command.name === 'INT');
        if (command.name === 'DISCARD') this.#tables.setEvent(this.#deviceOf(command.device), command.event, undefined);
        return;
      }
      case 'INVALL':
        lpis.invalidate(this.#processorOf(command));
        return;
      case 'MOVALL':
        lpis.move(this.#checkProcessor(command.from), this.#checkProcessor(command.to));
        return;
      case 'SYNC':
        return;
    }
  }

  #checkDevice(device: number): number {
    if (device >= 2 ** DEVICE_BITS) throw new TableProblem(`there is no device 0x${device.toString(16)}`);
    return device;
  }

  #checkProcessor(processor: number): number {
    if (processor >= this.gic.processors) throw new TableProblem(`there is no processor ${processor}`);
    return processor;
  }

  #deviceOf(device: number): DeviceEntry {
    const found = this.#tables.device(this.state.devices, this.#checkDevice(device));
    if (!found) throw new TableProblem(`device 0x${device.toString(16)} is not mapped (MAPD)`);
    return found;
  }

  #eventOf(device: number, event: number): EventEntry {
    const found = this.#tables.event(this.#deviceOf(device), event);
    if (!found) throw new TableProblem(`event ${event} of device 0x${device.toString(16)} is not mapped (MAPTI)`);
    return found;
  }

  #processorOf({ collection }: { readonly collection: number }): number {
    const found = this.#tables.collection(this.state.collections, collection);
    if (found === undefined) throw new TableProblem(`collection ${collection} is not mapped (MAPC)`);
    return found;
  }
}
