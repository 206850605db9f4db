/** A little physical memory for page tables of AArch64. */
import type { WalkMemory } from '../../../../src/isa/core/engine-isa';
import type { PhysicalReader } from '../../../../src/isa/core/isa';

export const RAM_BASE = 0x4400_0000;

export class Physical implements WalkMemory {
  readonly bytes: Uint8Array;
  private readonly view: DataView;
  writes = 0;

  constructor(readonly length: number) {
    this.bytes = new Uint8Array(length);
    this.view = new DataView(this.bytes.buffer);
  }
  private offset(pa: number, length: number): number {
    const offset = pa - RAM_BASE;
    return offset >= 0 && offset + length <= this.length ? offset : -1;
  }
  readU32(pa: number): number {
    const offset = this.offset(pa, 4);
    return offset < 0 ? -1 : this.view.getUint32(offset, true);
  }
  writeU32(pa: number, value: number): void {
    this.writes++;
    this.view.setUint32(this.offset(pa, 4), value, true);
  }
  readU64(pa: number | bigint): bigint | undefined {
    const offset = this.offset(Number(pa), 8);
    return offset < 0 ? undefined : this.view.getBigUint64(offset, true);
  }
  writeU64(pa: number | bigint, value: bigint): void {
    this.view.setBigUint64(this.offset(Number(pa), 8), value, true);
  }
  readonly read: PhysicalReader = (at, length) => {
    const offset = this.offset(Number(at), length);
    return offset < 0 ? undefined : this.bytes.subarray(offset, offset + length);
  };
  copy(): Physical {
    const other = new Physical(this.length);
    other.bytes.set(this.bytes);
    return other;
  }
}
