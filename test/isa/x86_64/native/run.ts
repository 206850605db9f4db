/** Runs a case of the native ones on the direct evaluator, and lists what differs from what the processor left. */
import type { Trap } from '../../../../src/isa/core/privileged';
import { ATTRIBUTES, CR0, EFER } from '../../../../src/isa/x86_64/bits';
import { vectorOf } from '../../../../src/isa/x86_64/causes';
import { CPUS } from '../../../../src/isa/x86_64/cpus';
import { decodeX86 } from '../../../../src/isa/x86_64/decode';
import { X86_64_ENGINE } from '../../../../src/isa/x86_64/engine-isa';
import { rflagsOf, setRflags } from '../../../../src/isa/x86_64/flags';
import { resetState } from '../../../../src/isa/x86_64/reset';
import { setSegment } from '../../../../src/isa/x86_64/segments';
import { SEG } from '../../../../src/isa/x86_64/state';
import { EvaluatorState, evaluate } from '../../../support/ops-evaluator';
import { CODE, DATA } from '../../driver';
import { DATA_BYTES, type NativeCase, stateOf } from './cases';
import type { NativeResult } from './results';
import { definedFlags, isUndefined } from './undefined-flags';

/** Longest repetition of a case. */
const MOST = 16;
const PRESENT = ATTRIBUTES.P | ATTRIBUTES.S | ATTRIBUTES.G;
const CODE_TYPE = PRESENT | ATTRIBUTES.code | ATTRIBUTES.readable | ATTRIBUTES.accessed;
const DATA_TYPE = PRESENT | ATTRIBUTES.writable | ATTRIBUTES.accessed | ATTRIBUTES.DB;

/** The processor with all features, in flat segments of 64-bit or 32-bit code. */
const enter = (state: EvaluatorState, mode: 0 | 1): void => {
  resetState(state, { cpu: CPUS.findIndex(({ name }) => name === 'max') });
  state.set('cr0', state.get('cr0') | CR0.PE);
  if (mode === 0) state.set('efer', EFER.LME | EFER.LMA);
  const flat = { selector: 8n, base: 0n, limit: 0xffff_ffffn };
  for (const seg of [SEG.es, SEG.ss, SEG.ds, SEG.fs, SEG.gs])
    setSegment(state, seg, { ...flat, attributes: DATA_TYPE });
  setSegment(state, SEG.cs, { ...flat, attributes: CODE_TYPE | (mode === 0 ? ATTRIBUTES.L : ATTRIBUTES.DB) });
};

const hex = (value: bigint | number): string => `0x${value.toString(16)}`;

/** @returns what differs, in words */
export const differences = (before: NativeCase, after: NativeResult): string[] => {
  const found: string[] = [];
  const state = new EvaluatorState(X86_64_ENGINE.state, CODE, 0x2000, { load: 14, store: 14 });
  enter(state, before.mode);
  const { values, flags, memory } = stateOf(before);
  for (const [at, value] of values.entries()) state.write('r', at, value);
  setRflags(state, flags);
  state.memory.set(before.code);
  state.memory.set(memory, Number(DATA - CODE));
  state.pc = CODE;
  const decoded = decodeX86(Uint8Array.from([...before.code, ...new Array(15).fill(0xcc)].slice(0, 15)), before.mode);
  if (decoded === undefined || decoded === 'short')
    return after.vector === 6 ? [] : [`is no instruction, but raises ${after.vector ?? 'nothing'}`];
  if (isUndefined(decoded, values)) return [];
  let trap: Trap | undefined;
  for (let count = 0; count < MOST && trap === undefined && (count === 0 || state.pc === CODE); count++)
    trap = evaluate(X86_64_ENGINE, decoded, state);
  const say = (what: string, ours: bigint | number | undefined, theirs: bigint | number | undefined): void => {
    if (ours !== theirs)
      found.push(
        `${what}: ${ours === undefined ? '-' : hex(ours)}, natively ${theirs === undefined ? '-' : hex(theirs)}`,
      );
  };
  say('vector', trap && vectorOf(trap.trapCause), after.vector);
  if (!trap && after.vector === undefined) say('next', Number(state.pc - CODE), after.next);
  for (let at = 0; at < (before.mode === 1 ? 8 : 16); at++)
    say(
      `r${at}`,
      state.read('r', at) & (before.mode === 1 ? 0xffff_ffffn : -1n),
      after.registers.get(at) ?? values[at],
    );
  const stored = new Map(after.memory);
  for (let at = 0; at < DATA_BYTES; at++)
    say(`data+${at}`, state.memory[Number(DATA - CODE) + at], stored.get(at) ?? memory[at]);
  if (after.vector === undefined) {
    const mask = definedFlags(decoded, values);
    say('flags', rflagsOf(state) & mask, after.flags & mask);
  }
  return found;
};
