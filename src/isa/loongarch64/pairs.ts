/** What two neighbouring instructions do together: far calls, and addresses in two parts. And loads of the stack pointer. */
import type { DisassembledInsn } from '../core/registers';

const SP = 3;

const wordOf = ({ bytes }: DisassembledInsn): number =>
  bytes.length < 4 ? 0 : new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0, true);
const rd = (word: number): number => word & 31;
const rj = (word: number): number => (word >>> 5) & 31;
const signed = (value: number, width: number): bigint => BigInt.asIntN(width, BigInt(value));

const PCADDU18I = 0b0001111;
const PCALAU12I = 0b0001101;
const PCADDU12I = 0b0001110;
const JIRL = 0b010011;
const ADDI_D = 0b0000001011;
const ORI = 0b0000001110;

/** Where `pcaddu18i rd, high` followed by `jirl rd', rd, low` goes. */
export function jointTarget(first: DisassembledInsn, second: DisassembledInsn): bigint | undefined {
  const [high, low] = [wordOf(first), wordOf(second)];
  if (high >>> 25 !== PCADDU18I || low >>> 26 !== JIRL || rj(low) !== rd(high)) return undefined;
  const base = first.address + (signed((high >>> 5) & 0xfffff, 20) << 18n);
  return BigInt.asUintN(64, base + (signed((low >>> 10) & 0xffff, 16) << 2n));
}

/** What `pcalau12i` or `pcaddu12i` followed by `addi.d` or `ori` leaves in the second's register. */
export function jointAddress(first: DisassembledInsn, second: DisassembledInsn): bigint | undefined {
  const [high, low] = [wordOf(first), wordOf(second)];
  const isPage = high >>> 25 === PCALAU12I;
  if (!isPage && high >>> 25 !== PCADDU12I) return undefined;
  if (rj(low) !== rd(high)) return undefined;
  const immediate = (low >>> 10) & 0xfff;
  const sum = first.address + (signed((high >>> 5) & 0xfffff, 20) << 12n);
  const base = isPage ? sum & ~0xfffn : sum;
  if (low >>> 22 === ADDI_D) return BigInt.asUintN(64, base + signed(immediate, 12));
  return low >>> 22 === ORI ? BigInt.asUintN(64, base | BigInt(immediate)) : undefined;
}

const LD_D = 0b0010100011;
const LDPTR_D = 0b00100110;

/** Whether an instruction loads sp from memory that another register points to. */
export function loadsStackPointer(insn: DisassembledInsn): boolean {
  const word = wordOf(insn);
  const isLoad = word >>> 22 === LD_D || word >>> 24 === LDPTR_D;
  return isLoad && rd(word) === SP && rj(word) !== SP;
}
