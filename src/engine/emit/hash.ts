/** Emits the state hash: a multiply-rotate fold over 64-bit words, four lanes. Not cryptographic; equal states give equal hashes. */
import { Code, type FunctionRef, type ModuleBuilder } from './wasm-encoder';

const PRIMES = [
  0x9e37_79b1_85eb_ca87n,
  0xc2b2_ae3d_27d4_eb4fn,
  0x1656_67b1_9e37_79f9n,
  0x27d4_eb2f_1656_67c5n,
] as const;

/** `hash(offset, length, seed)`: `length` is a multiple of 32. */
export const emitHash = (module: ModuleBuilder, target: FunctionRef): void => {
  const code = new Code(['i32', 'i32', 'i64']);
  const at = code.parameter(0);
  const length = code.parameter(1);
  const seed = code.parameter(2);
  const end = code.local('i32');
  const lanes = PRIMES.map((prime) => ({ prime, local: code.local('i64') }));
  code.get(at).get(length).op('i32.add').set(end);
  for (const { prime, local } of lanes) code.get(seed).i64(prime).op('i64.add').set(local);
  const done = code.block('done');
  const next = code.loop('next');
  code.get(at).get(end).op('i32.ge_u').brIf(done);
  lanes.forEach(({ prime, local }, lane) => {
    code
      .get(at)
      .mem('i64.load', lane * 8)
      .get(local)
      .op('i64.xor')
      .i64(prime)
      .op('i64.mul')
      .i64(31n)
      .op('i64.rotl')
      .set(local);
  });
  code.get(at).i32(32).op('i32.add').set(at).br(next);
  code.end();
  code.end();
  code.get(seed);
  for (const { prime, local } of lanes) {
    code.get(local).op('i64.xor').i64(prime).op('i64.mul').i64(29n).op('i64.rotl');
  }
  module.define(target, code);
};
