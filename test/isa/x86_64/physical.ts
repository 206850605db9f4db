/** A little physical memory from address 0 on, for page tables of x86-64. */
import type { WalkMemory } from '../../../src/isa/core/engine-isa';
import type { PhysicalReader } from '../../../src/isa/core/isa';

export class Physical implements WalkMemory {
  private readonly view: DataView;

  constructor(readonly length = 0x10_0000) {
    this.view = new DataView(new ArrayBuffer(length));
  }
  readU32(pa: number): number {
    return pa + 4 <= this.length ? this.view.getUint32(pa, true) : -1;
  }
  writeU32(pa: number, value: number): void {
    this.view.setUint32(pa, value, true);
  }
  readU64(pa: number | bigint): bigint {
    return this.view.getBigUint64(Number(pa), true);
  }
  writeU64(pa: number | bigint, value: bigint): void {
    this.view.setBigUint64(Number(pa), value, true);
  }
  readonly read: PhysicalReader = (at, length) =>
    Number(at) + length <= this.length ? new Uint8Array(this.view.buffer, Number(at), length) : undefined;
}
