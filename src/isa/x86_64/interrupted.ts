/** How saved registers show that they are those of interrupted code. */
import { RFLAGS } from './bits';

/** Bits of RFLAGS that there are none of. */
const UNUSED = ~Object.values(RFLAGS).reduce((all, bits) => all | bits, 0n);
const SELECTOR = 0xffffn;

/** Implements {@link Isa.canBeInterrupted}: CS is a selector and no null one, and RFLAGS has bit 1 and nothing where it has no bits. */
export const canBeInterrupted = (register: (name: string) => bigint | undefined): boolean => {
  const [cs, rflags] = [register('cs'), register('rflags')];
  if (cs !== undefined && (cs > SELECTOR || (cs & ~3n) === 0n)) return false;
  return rflags === undefined || ((rflags & RFLAGS.fixed) !== 0n && (BigInt.asUintN(64, UNUSED) & rflags) === 0n);
};
