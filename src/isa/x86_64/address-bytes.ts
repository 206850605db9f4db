/** Memory operands as ModRM, SIB and displacement say them. @see AMD64 APM volume 3, 1.4 and 1.5 */
import { type Extension, MODE, type Reader } from './opcode-bytes';
import { NO_REGISTER, SEG } from './state';

/** Length of an address. */
export type AddressBits = 16 | 32 | 64;

/** A memory operand as ModRM and what follows say it. */
export interface Address {
  readonly base: number;
  readonly index: number;
  readonly scale: number;
  readonly disp: number;
  readonly isPcRelative: boolean;
  /** Segment when none is named. */
  readonly segment: number;
}

const BASES_16: readonly (readonly [number, number])[] = [
  [3, 6],
  [3, 7],
  [5, 6],
  [5, 7],
  [6, NO_REGISTER],
  [7, NO_REGISTER],
  [5, NO_REGISTER],
  [3, NO_REGISTER],
];

const segmentOf = (base: number): number => (base === 4 || base === 5 ? SEG.ss : SEG.ds);

/** What follows ModRM. */
export const takeAddress = (
  reader: Reader,
  modRm: number,
  { x, b }: Extension,
  addressBits: AddressBits,
  mode: number,
): Address => {
  const mod = modRm >> 6;
  const rm = modRm & 7;
  const none = { index: NO_REGISTER, scale: 0, isPcRelative: false };
  if (addressBits === 16) {
    if (mod === 0 && rm === 6) return { ...none, base: NO_REGISTER, disp: reader.unsigned(2), segment: SEG.ds };
    const [base, index] = BASES_16[rm] ?? [NO_REGISTER, NO_REGISTER];
    const disp = mod === 1 ? reader.signed(1) : mod === 2 ? reader.unsigned(2) : 0;
    return { ...none, base, index, disp, segment: segmentOf(base) };
  }
  const displacement = (): number => (mod === 1 ? reader.signed(1) : mod === 2 ? reader.signed(4) : 0);
  if (rm === 4) {
    const sib = reader.unsigned(1);
    const index = ((sib >> 3) & 7) | (x << 3);
    const places = { index: index === 4 ? NO_REGISTER : index, scale: sib >> 6, isPcRelative: false };
    if ((sib & 7) === 5 && mod === 0) return { ...places, base: NO_REGISTER, disp: reader.signed(4), segment: SEG.ds };
    const base = (sib & 7) | (b << 3);
    return { ...places, base, disp: displacement(), segment: segmentOf(base) };
  }
  if (mod === 0 && rm === 5) {
    const isPcRelative = mode === MODE.long;
    return { ...none, base: NO_REGISTER, disp: reader.signed(4), isPcRelative, segment: SEG.ds };
  }
  const base = rm | (b << 3);
  return { ...none, base, disp: displacement(), segment: segmentOf(base) };
};

/** The length of addresses in a mode, with or without the prefix 67. */
export const addressBitsOf = (mode: number, has67: boolean): AddressBits => {
  if (mode === MODE.long) return has67 ? 32 : 64;
  return (mode === MODE.code32) === has67 ? 16 : 32;
};
