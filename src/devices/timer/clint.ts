/**
 * SiFive's core-local interruptor: software interrupts and the machine timer of each hart.
 * Output line 2 × hart is MSIP, line 2 × hart + 1 is MTIP.
 */
import type { Device, DeviceContext, DeviceRegister } from '../device';

const MSIP = 0x0;
const MTIMECMP = 0x4000;
const MTIME = 0xbff8;
const NEVER = 0xffff_ffff_ffff_ffffn;

export type ClintState = {
  msip: boolean[];
  mtimecmp: bigint[];
  /** Added to elapsed ticks, because mtime can be written. */
  offset: bigint;
};

export interface ClintOptions {
  readonly harts: number;
  /** Guest nanoseconds of one tick of mtime. */
  readonly tick: bigint;
}

const half = (value: bigint, isHigh: boolean): number => Number(BigInt.asUintN(32, isHigh ? value >> 32n : value));

const withHalf = (value: bigint, isHigh: boolean, part: number): bigint =>
  isHigh
    ? (BigInt(part >>> 0) << 32n) | BigInt.asUintN(32, value)
    : BigInt.asUintN(64, (value >> 32n) << 32n) | BigInt(part >>> 0);

/** The CLINT for `options.harts` harts. */
export class Clint implements Device<ClintState> {
  readonly compatible = 'sifive,clint0';
  readonly size = 0x1_0000;
  readonly registers: readonly DeviceRegister[];
  state: ClintState;

  constructor(
    readonly id: string,
    private readonly context: DeviceContext,
    private readonly options: ClintOptions,
  ) {
    const registers: DeviceRegister[] = [{ name: 'mtime', offset: MTIME, width: 8, doc: 'Ticks since reset.' }];
    for (let hart = 0; hart < options.harts; hart++) {
      registers.push({ name: `msip[${hart}]`, offset: MSIP + 4 * hart, width: 4, doc: 'Bit 0 is mip.MSIP.' });
      registers.push({
        name: `mtimecmp[${hart}]`,
        offset: MTIMECMP + 8 * hart,
        width: 8,
        doc: 'mip.MTIP is set while mtime is not below.',
      });
    }
    this.registers = registers;
    this.state = this.resetState();
  }

  /** Ticks, as `rdtime` reads them. */
  get mtime(): bigint {
    return BigInt.asUintN(64, this.context.now() / this.options.tick + this.state.offset);
  }

  /** Guest nanoseconds at which mtime reaches `ticks`, not before now; `undefined` for a time 2^63 or more ticks away. */
  instantOf(ticks: bigint): bigint | undefined {
    const { mtime } = this;
    if (ticks <= mtime) return this.context.now();
    if (ticks - mtime >= 1n << 63n) return undefined;
    return (this.context.now() / this.options.tick + (ticks - mtime)) * this.options.tick;
  }

  reset(): void {
    this.state = this.resetState();
    for (let hart = 0; hart < this.options.harts; hart++) {
      this.context.irq(false, 2 * hart);
      this.compare(hart);
    }
  }

  read(offset: number, width: 1 | 2 | 4): number {
    return this.peek(offset, width);
  }

  peek(offset: number, width: 1 | 2 | 4): number {
    const word = this.word(offset & ~3);
    const part = word >>> (8 * (offset & 3));
    return width === 4 ? word : part & (width === 2 ? 0xffff : 0xff);
  }

  write(offset: number, width: 1 | 2 | 4, value: number): void {
    if (width !== 4 || (offset & 3) !== 0) return;
    const { state, options } = this;
    const isHigh = (offset & 4) !== 0;
    if (offset < MTIMECMP) {
      const hart = (offset - MSIP) >> 2;
      if (hart >= options.harts) return;
      state.msip[hart] = (value & 1) !== 0;
      this.context.irq((value & 1) !== 0, 2 * hart);
    } else if (offset < MTIME) {
      const hart = (offset - MTIMECMP) >> 3;
      const old = state.mtimecmp[hart];
      if (old === undefined) return;
      state.mtimecmp[hart] = withHalf(old, isHigh, value);
      this.compare(hart);
    } else if (offset < MTIME + 8) {
      const { mtime } = this;
      state.offset = BigInt.asUintN(64, state.offset + withHalf(mtime, isHigh, value) - mtime);
      for (let hart = 0; hart < options.harts; hart++) this.compare(hart);
    }
  }

  fired(tag: string): void {
    this.compare(Number(tag));
  }

  private word(offset: number): number {
    const { state } = this;
    const isHigh = (offset & 4) !== 0;
    if (offset < MTIMECMP) return state.msip[offset >> 2] === true ? 1 : 0;
    if (offset < MTIME) return half(state.mtimecmp[(offset - MTIMECMP) >> 3] ?? 0n, isHigh);
    return offset < MTIME + 8 ? half(this.mtime, isHigh) : 0;
  }

  private compare(hart: number): void {
    const mtimecmp = this.state.mtimecmp[hart];
    if (mtimecmp === undefined) return;
    const isDue = this.mtime >= mtimecmp;
    this.context.irq(isDue, 2 * hart + 1);
    this.context.alarm(String(hart), isDue ? undefined : this.instantOf(mtimecmp));
  }

  private resetState(): ClintState {
    const { harts } = this.options;
    return {
      msip: new Array<boolean>(harts).fill(false),
      mtimecmp: new Array<bigint>(harts).fill(NEVER),
      offset: 0n,
    };
  }
}
