/** All of Advanced SIMD. Its rows are many: made when somebody asks first. */
import type { PatternInsn } from '../../core/insn';
import type { Helper } from '../../core/privileged';
import type { SimdRow } from '../simd/row';
import { simdAcross } from './simd-across';
import { simdComplex } from './simd-complex';
import { simdCrypto } from './simd-crypto';
import { simdFloat } from './simd-float';
import { simdFloatConvert } from './simd-float-convert';
import { simdImmediate } from './simd-immediate';
import { simdInteger } from './simd-integer';
import { simdLogical } from './simd-logical';
import { simdLong } from './simd-long';
import { simdMemory } from './simd-memory';
import { simdMisc } from './simd-misc';
import { simdMove } from './simd-move';
import { simdShift } from './simd-shift';

let made: readonly SimdRow[] | undefined;

const rows = (): readonly SimdRow[] => {
  made ??= [
    ...simdLogical(),
    ...simdInteger(),
    ...simdAcross(),
    ...simdLong(),
    ...simdMisc(),
    ...simdShift(),
    ...simdMove(),
    ...simdImmediate(),
    ...simdFloat(),
    ...simdFloatConvert(),
    ...simdComplex(),
    ...simdCrypto(),
    ...simdMemory(),
  ];
  return made;
};

/** Every row of Advanced SIMD. */
export const simdInsns = (): readonly PatternInsn[] => rows().map(({ insn }) => insn);

/** The helpers of those that TypeScript does, by the rows' names. */
export const simdHelpers = (): Readonly<Record<string, Helper>> =>
  Object.fromEntries(rows().flatMap(({ insn, helper }) => (helper ? [[insn.mnemonic, helper]] : [])));
