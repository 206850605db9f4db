/** Advanced SIMD alone, whose rows are many. */
import { simdInsns } from '../../../src/isa/aarch64/insns/simd';
import type { Subject } from '../driver';
import { AARCH64_SUBJECT } from './subject';

const names = new Set(simdInsns().map(({ mnemonic }) => mnemonic));
const { engine } = AARCH64_SUBJECT;

export const SIMD_SUBJECT: Subject = {
  ...AARCH64_SUBJECT,
  engine: { ...engine, insns: simdInsns(), quick: engine.quick.filter(({ of }) => names.has(of)), fusions: [] },
  insns: simdInsns(),
};
