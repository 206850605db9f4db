/**
 * What a Loongson 3A5000 says about itself in its first IOCSRs, and its switch for the extended I/O interrupts.
 * @see Loongson 3A5000/3B5000 Processor Reference Manual, "Chip Configuration"
 */
import type { Device, DeviceRegister } from '../device';

const VERSION = 0x00;
const FEATURES = 0x08;
const VENDOR = 0x10;
const NAME = 0x20;
/** The miscellaneous function register begins here, in a window of its own. */
export const MISC_FUNCTION = 0x420;

/** MSI, extended I/O interrupts, interrupts by IOCSR. */
const FEATURE_BITS = (1 << 2) | (1 << 3) | (1 << 4);

const text = (word: string): number[] => {
  const bytes = [...word.padEnd(8, '\0')].map((char) => char.charCodeAt(0));
  return [0, 4].map((at) => new DataView(Uint8Array.from(bytes).buffer).getUint32(at, true));
};

const WORDS: ReadonlyMap<number, number> = new Map([
  [VERSION, 0x11],
  [FEATURES, FEATURE_BITS],
  ...text('Loongson').map((word, index) => [VENDOR + 4 * index, word] as const),
  ...text('3A5000').map((word, index) => [NAME + 4 * index, word] as const),
]);

const REGISTERS: readonly DeviceRegister[] = [
  { name: 'VERSION', offset: VERSION, width: 4 },
  { name: 'FEATURES', offset: FEATURES, width: 4 },
  { name: 'VENDOR', offset: VENDOR, width: 8 },
  { name: 'CPU_NAME', offset: NAME, width: 8 },
];

const part = (word: number, offset: number, width: 1 | 2 | 4): number => {
  const shifted = word >>> (8 * (offset & 3));
  return width === 4 ? shifted : shifted & (2 ** (8 * width) - 1);
};

/** Read-only, the same for all processors. */
export class LoongsonChip implements Device<null> {
  readonly compatible = 'loongson,3a5000';
  readonly size = 0x40;
  readonly registers = REGISTERS;
  state = null;

  constructor(readonly id: string) {}

  reset(): void {}

  read(offset: number, width: 1 | 2 | 4): number {
    return part(WORDS.get(offset & ~3) ?? 0, offset, width);
  }

  peek(offset: number, width: 1 | 2 | 4): number {
    return this.read(offset, width);
  }

  write(): void {}
}

export type LoongsonMiscState = { low: number; high: number };

/** The miscellaneous function register: bit 48 switches the extended I/O interrupts on, which here always are. */
export class LoongsonMisc implements Device<LoongsonMiscState> {
  readonly compatible = 'loongson,3a5000-misc';
  readonly size = 8;
  readonly registers = [{ name: 'MISC_FUNC', offset: 0, width: 8 as const }];
  state: LoongsonMiscState = { low: 0, high: 0 };

  constructor(readonly id: string) {}

  reset(): void {
    this.state = { low: 0, high: 0 };
  }

  read(offset: number, width: 1 | 2 | 4): number {
    return part(offset < 4 ? this.state.low : this.state.high, offset, width);
  }

  peek(offset: number, width: 1 | 2 | 4): number {
    return this.read(offset, width);
  }

  write(offset: number, width: 1 | 2 | 4, value: number): void {
    if (width !== 4) return;
    if (offset === 0) this.state.low = value;
    if (offset === 4) this.state.high = value;
  }
}
