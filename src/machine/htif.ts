/**
 * The host-target interface of bare RISC-V test programs: a word `tohost` that ends the run or asks for a service.
 * An odd value ends the run with exit code `value >> 1`; device 1 prints a byte; an even address of device 0 is a
 * system call block, of which `write` is served.
 */
import { pa } from '../base/address';
import type { PowerEvent } from '../devices/device';
import type { Machine } from './contract';

const SYS_WRITE = 64n;

export interface HtifMachine extends Pick<Machine, 'readPhysical'> {
  /** Writes RAM as the guest's own doing. */
  writeRam(at: number, bytes: Uint8Array): boolean;
  output(bytes: Uint8Array): void;
  power(event: PowerEvent): void;
}

export class Htif {
  constructor(
    readonly machine: HtifMachine,
    /** Physical addresses. */
    readonly tohost: number,
    readonly fromhost: number | undefined,
  ) {}

  /** The guest stored to `tohost`. */
  written(): void {
    const value = this.#word(this.tohost);
    if (value === undefined || value === 0n) return;
    const device = value >> 56n;
    if (device === 1n) {
      this.machine.output(new Uint8Array([Number(value & 0xffn)]));
      this.#acknowledge();
    } else if (device === 0n && value & 1n) {
      const code = Number(BigInt.asUintN(31, value >> 1n));
      this.machine.power({ kind: code === 0 ? 'off' : 'fail', code });
    } else if (device === 0n) {
      this.#systemCall(Number(value));
    }
  }

  #systemCall(block: number): void {
    const number = this.#word(block);
    const buffer = this.#word(block + 16);
    const length = this.#word(block + 24);
    if (number === SYS_WRITE && buffer !== undefined && length !== undefined && length < 0x10_0000n) {
      const bytes = this.machine.readPhysical(pa(buffer), Number(length));
      if (bytes) this.machine.output(bytes);
    }
    this.#acknowledge();
  }

  #acknowledge(): void {
    this.machine.writeRam(this.tohost, new Uint8Array(8));
    if (this.fromhost !== undefined) this.machine.writeRam(this.fromhost, new Uint8Array([1, 0, 0, 0, 0, 0, 0, 0]));
  }

  #word(at: number): bigint | undefined {
    const bytes = this.machine.readPhysical(pa(BigInt(at)), 8);
    return bytes && new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true);
  }
}
