/** Which mode a processor is in. @see AMD64 APM volume 2, 1.3 "Operating Modes" */
import { ATTRIBUTES, CR0, CR4, EFER, RFLAGS } from './bits';
import { SEG } from './state';

/** What reads a processor's state: a hart, or registers as a debugger has them. */
export interface StateReader {
  get(slot: string): bigint;
  read(file: string, index: number): bigint;
}

type SlotReader = Pick<StateReader, 'get'>;

/** Real mode: no protection. */
export const isReal = (state: SlotReader): boolean => (state.get('cr0') & CR0.PE) === 0n;
/** Virtual-8086 mode. */
export const isV86 = (state: SlotReader): boolean => (state.get('rflags') & RFLAGS.VM) !== 0n && !isReal(state);
/** Long mode: 64-bit or compatibility. */
export const isLong = (state: SlotReader): boolean => (state.get('efer') & EFER.LMA) !== 0n;
/** 64-bit mode. */
export const is64 = (state: StateReader): boolean =>
  isLong(state) && (state.read('attributes', SEG.cs) & ATTRIBUTES.L) !== 0n;

/** Default size of operands and addresses of the code that runs, bits; operands of 64-bit code have 32. */
export const codeBits = (state: StateReader): 16 | 32 | 64 => {
  if (is64(state)) return 64;
  return state.read('attributes', SEG.cs) & ATTRIBUTES.DB ? 32 : 16;
};

/** What the bytes of code mean: 0 in 64-bit code, 1 in 32-bit code, 2 in 16-bit code. */
export const decodeMode = (state: StateReader): 0 | 1 | 2 => {
  const bits = codeBits(state);
  return bits === 64 ? 0 : bits === 32 ? 1 : 2;
};

/** Whether an address is canonical: its bits above 47, or 56 with 5 levels of tables, are equal. */
export const isCanonical = (state: SlotReader, address: bigint): boolean => {
  const bits = state.get('cr4') & CR4.LA57 ? 57 : 48;
  return BigInt.asUintN(64, BigInt.asIntN(bits, address)) === BigInt.asUintN(64, address);
};
