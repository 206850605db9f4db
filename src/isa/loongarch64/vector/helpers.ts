/** The instructions of LSX that complete in TypeScript, by the names their rows give `o.helper`. */
import type { Helper } from '../../core/privileged';
import { vectorInsns } from '../insns/vectors';
import { classFunctions, floatFunctions, type VectorFloatFunction } from './float';
import { integerFunctions } from './integer';
import { permutationFunctions } from './permutation';

/** The fields that an instruction's operands are in. */
const operandsOf = (mnemonic: string): { readonly k: 'vk' | 'ui' | undefined; readonly d: 'va' | 'vd' } => {
  const fields = vectorInsns().find((row) => row.mnemonic === mnemonic)?.fields;
  if (!fields) throw new Error(`no instruction ${mnemonic}`);
  return { k: fields.has('vk') ? 'vk' : fields.has('ui') ? 'ui' : undefined, d: fields.has('va') ? 'va' : 'vd' };
};

const helper = (mnemonic: string, run: VectorFloatFunction): Helper => {
  // Looked up when it is first executed: a run needs few.
  let operands: ReturnType<typeof operandsOf> | undefined;
  return (state, field) => {
    operands ??= operandsOf(mnemonic);
    const vector = (name: string): bigint => state.read('v', field(name));
    const { k, d } = operands;
    const second = k === undefined ? 0n : k === 'ui' ? BigInt(field(k)) : vector(k);
    state.write('v', field('vd'), run(state, vector('vj'), second, vector(d)));
  };
};

/** All of them; they are many, so they are made only where the instruction set runs. */
export const vectorHelpers = (): Readonly<Record<string, Helper>> => {
  const plain = { ...integerFunctions(), ...permutationFunctions(), ...classFunctions() };
  return Object.fromEntries([
    ...Object.entries(plain).map(([name, run]) => [name, helper(name, (_, j, k, d) => run(j, k, d))] as const),
    ...Object.entries(floatFunctions()).map(([name, run]) => [name, helper(name, run)] as const),
  ]);
};
