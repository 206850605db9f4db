/** Arithmetic of decimal digits, which 64-bit mode does not have. @see AMD64 APM volume 3, "AAA", "AAD", "AAM", "AAS", "DAA", "DAS" */
import { type HartState, type Helper, Trap } from '../core/privileged';
import { RFLAGS } from './bits';
import { causeOf, VECTOR } from './causes';
import { rflagsOf, setRflags } from './flags';

const [AX_FILE, AL_FILE] = ['w', 'b'];
const { CF, AF, PF, ZF, SF, OF } = RFLAGS;

const isEven = (byte: bigint): boolean => [...byte.toString(2)].filter((bit) => bit === '1').length % 2 === 0;

/** SF, ZF and PF of AL, with CF and AF as said; OF is 0. */
const settle = (state: HartState, al: bigint, more: bigint): void => {
  const flags = rflagsOf(state) & ~(CF | AF | PF | ZF | SF | OF);
  const own = (al === 0n ? ZF : 0n) | (al & 0x80n ? SF : 0n) | (isEven(al) ? PF : 0n);
  state.write(AL_FILE, 0, al);
  setRflags(state, flags | own | more);
};

/** DAA adds, DAS subtracts. */
const adjust =
  (sign: 1n | -1n): Helper =>
  (state) => {
    const flags = rflagsOf(state);
    const old = state.read(AL_FILE, 0);
    const [hadCarry, hadHalf] = [(flags & CF) !== 0n, (flags & AF) !== 0n];
    const isLow = (old & 0xfn) > 9n || hadHalf;
    const isHigh = old > 0x99n || hadCarry;
    const changed = old + sign * ((isLow ? 6n : 0n) + (isHigh ? 0x60n : 0n));
    // Subtracting 6 may borrow where nothing else does.
    const borrows = sign < 0n && isLow && old < 6n;
    const more = (isLow ? AF : 0n) | (isHigh || borrows ? CF : 0n);
    settle(state, changed & 0xffn, more);
  };

/** AAA adds, AAS subtracts. */
const adjustUnpacked =
  (sign: 1n | -1n): Helper =>
  (state) => {
    const flags = rflagsOf(state);
    const ax = state.read(AX_FILE, 0);
    const isCarried = (ax & 0xfn) > 9n || (flags & AF) !== 0n;
    const changed = isCarried ? BigInt.asUintN(16, ax + sign * 0x106n) : ax;
    state.write(AX_FILE, 0, changed & 0xff0fn);
    setRflags(state, (flags & ~(CF | AF)) | (isCarried ? CF | AF : 0n));
  };

const aam: Helper = (state, field) => {
  const base = BigInt(field('imm') & 0xff);
  if (base === 0n) throw new Trap(causeOf(VECTOR.DE), 0n);
  const al = state.read(AL_FILE, 0);
  state.write(AX_FILE, 0, (al / base) << 8n);
  settle(state, al % base, 0n);
};

const aad: Helper = (state, field) => {
  const ax = state.read(AX_FILE, 0);
  state.write(AX_FILE, 0, 0n);
  settle(state, ((ax & 0xffn) + (ax >> 8n) * BigInt(field('imm') & 0xff)) & 0xffn, 0n);
};

export const DECIMAL_HELPERS: Readonly<Record<string, Helper>> = {
  daa: adjust(1n),
  das: adjust(-1n),
  aaa: adjustUnpacked(1n),
  aas: adjustUnpacked(-1n),
  aam,
  aad,
};
