/** Physical memory as everybody but the processors sees it: debuggers, bus masters, firmware. RAM, flash arrays, device registers. */
import { type Pa, pa, va } from '../base/address';
import type { Cpu } from './contract';
import type { EmulatedMachine } from './machine';

/** One machine's physical memory. */
export class PhysicalSpace {
  constructor(private readonly machine: Pick<EmulatedMachine, 'engine' | 'hardware' | 'watchpoints'>) {}

  /** A copy of RAM, as bus masters read it; `undefined` when any byte is elsewhere. */
  readRam(address: number, length: number): Uint8Array | undefined {
    const { memory } = this.machine.engine;
    const offset = memory.offsetOf(address, length);
    return offset < 0 ? undefined : memory.u8.slice(offset, offset + length);
  }

  /** Whatever can be read without side effects; `undefined` when any byte cannot. */
  read(address: number, length: number): Uint8Array | undefined {
    const stored = this.readRam(address, length) ?? this.machine.hardware.readArray(address, length);
    if (stored) return stored;
    const { bus } = this.machine.hardware;
    // Lengths come from guests: nothing is allocated before all of it is known to exist.
    for (let next = address; next < address + length; ) {
      const window = bus.find(next);
      if (!window) return undefined;
      next = window.base + window.size;
    }
    const bytes = new Uint8Array(length);
    for (let index = 0; index < length; ) {
      const width = [4, 2, 1].find((size) => (address + index) % size === 0 && index + size <= length) as 1 | 2 | 4;
      const value = bus.peek(address + index, width);
      if (value === undefined) return undefined;
      for (let byte = 0; byte < width; byte++) bytes[index + byte] = (value >>> (byte * 8)) & 0xff;
      index += width;
    }
    return bytes;
  }

  /** Writes RAM on the running hart's behalf, seen by watches; a word to a device is a message-signalled interrupt. */
  writeAsMaster(address: number, bytes: Uint8Array): boolean {
    const { engine, hardware, watchpoints } = this.machine;
    const old = this.readRam(address, bytes.length);
    if (old === undefined) {
      const word = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
      return bytes.length === 4 && hardware.bus.write(address, 4, word.getUint32(0, true));
    }
    engine.writeRam(address, bytes);
    const view = engine.harts[engine.memory.activeHart];
    if (view && old.some((byte, index) => byte !== bytes[index])) watchpoints.stored(view, address, bytes.length, old);
    return true;
  }
}

/** Reads as the hart would now, page by page, side-effect free. */
export function readVirtual(
  cpu: Pick<Cpu, 'translate'>,
  readPhysical: (at: Pa, length: number) => Uint8Array | undefined,
  at: bigint,
  length: number,
): Uint8Array | undefined {
  const bytes = new Uint8Array(length);
  for (let done = 0; done < length; ) {
    const address = va(BigInt.asUintN(64, at + BigInt(done)));
    const piece = Math.min(length - done, 4096 - Number(address & 0xfffn));
    const { result } = cpu.translate(address, 'read');
    const part = result.ok ? readPhysical(pa(result.pa), piece) : undefined;
    if (!part) return undefined;
    bytes.set(part, done);
    done += piece;
  }
  return bytes;
}
