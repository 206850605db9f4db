/** Loads and stores of more privileged code with the rights of EL0. @see Arm ARM, C3.2.5 "Load/store unprivileged" */
import type { PatternInsn } from '../../core/insn';
import type { V64 } from '../../core/ops';
import type { HartState, IsaFunction } from '../../core/privileged';
import { isHostUser } from '../contexts';
import { insn } from '../insn';
import type { A64Ops } from '../ops';
import { AS_UNPRIVILEGED } from '../paging-cpu';
import { basesOf, exclusions, offset } from './addressing';
import { type Bytes, GENERAL, reference, type Transfer } from './transfers';

/**
 * As whom the access is made, where that is not as the instruction itself: as EL0 from EL1, and from EL2 where EL0 is its own;
 * but for PSTATE.UAO.
 */
const user = (state: HartState): number | undefined => {
  const el = Number(state.get('EL'));
  if (el === 0 || state.get('UAO') !== 0n) return undefined;
  if (el === 2 && !isHostUser(state.get('HCR_EL2'))) return undefined;
  return AS_UNPRIVILEGED;
};

const load =
  (bytes: Bytes): IsaFunction =>
  (state, address) =>
    state.load(address, bytes, user(state));
const store =
  (bytes: Bytes): IsaFunction =>
  (state, address, value) => {
    state.store(address, bytes, BigInt.asUintN(8 * bytes, value), user(state));
    return 0n;
  };

const SIZES: readonly Bytes[] = [1, 2, 4, 8];

/** What the rows call. */
export const UNPRIVILEGED_FUNCTIONS: Readonly<Record<string, IsaFunction>> = Object.fromEntries(
  SIZES.flatMap((bytes) => [
    [`loadAsUser-${bytes}`, load(bytes)],
    [`storeAsUser-${bytes}`, store(bytes)],
  ]),
);

const signed = (o: A64Ops, bytes: number, v: V64): V64 => {
  if (bytes === 1) return o.sx8(v);
  return bytes === 2 ? o.sx16(v) : o.sx32(o.lo32(v));
};

const rows = ({ kind, rest, register, size, opc, bytes, what }: Transfer): PatternInsn[] => {
  const mnemonic = `${kind}t${rest}`;
  return basesOf(`${mnemonic}-${register}`).map((base) => {
    const isSigned = rest.startsWith('rs');
    const addressing = offset('simm');
    return insn(`${mnemonic}-${register}${base.suffix}`, `${size}111 0 00 ${opc} 0 simm:9 10 ${base.bits} Rt:5`, {
      asm: `{${register}:Rt}, ${addressing.asm(base)}`,
      ref: reference(mnemonic.toUpperCase()),
      doc:
        kind === 'ld'
          ? `Rt = ${what}, ${addressing.where}, with the rights of EL0.`
          : `Stores ${what} of Rt ${addressing.where}, with the rights of EL0.`,
      ...exclusions(base),
      sem: (o, f) =>
        addressing.sem(o, f, base, (address) => {
          if (kind === 'st') {
            o.call(`storeAsUser-${bytes}`, [address, o.read('x', f.Rt)]);
            return;
          }
          const value = o.call(`loadAsUser-${bytes}`, [address]);
          const extended = isSigned ? signed(o, bytes, value) : value;
          if (register === 'x') o.write('x', f.Rt, extended);
          else o.in32.setR(f.Rt, o.lo32(extended));
        }),
    });
  });
};

export const INSNS_UNPRIVILEGED: readonly PatternInsn[] = GENERAL.flatMap(rows);
