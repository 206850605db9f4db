/** The instructions of LSX that complete in TypeScript, by the names their rows give `o.helper`. */
import type { Helper } from '../../core/privileged';
import { INSNS_VECTOR } from '../insns/vectors';
import type { VectorFunction } from './families';
import { CLASS_FUNCTIONS, FLOAT_FUNCTIONS, type VectorFloatFunction } from './float';
import { INTEGER_FUNCTIONS } from './integer';
import { PERMUTATION_FUNCTIONS } from './permutation';

/** The fields that an instruction's operands are in. */
const operandsOf = (mnemonic: string): { readonly k: 'vk' | 'ui' | undefined; readonly d: 'va' | 'vd' } => {
  const fields = INSNS_VECTOR.find((row) => row.mnemonic === mnemonic)?.fields;
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

const PLAIN: Readonly<Record<string, VectorFunction>> = {
  ...INTEGER_FUNCTIONS,
  ...PERMUTATION_FUNCTIONS,
  ...CLASS_FUNCTIONS,
};

export const VECTOR_HELPERS: Readonly<Record<string, Helper>> = Object.fromEntries([
  ...Object.entries(PLAIN).map(([name, run]) => [name, helper(name, (_, j, k, d) => run(j, k, d))] as const),
  ...Object.entries(FLOAT_FUNCTIONS).map(([name, run]) => [name, helper(name, run)] as const),
]);
