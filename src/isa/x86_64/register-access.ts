/** Every register of a processor by its name, read and written for a debugger: no privilege rules. */
import type { HartState } from '../core/privileged';
import { GENERAL } from './abi';
import { CR0, CR4, EFER } from './bits';
import { rflagsOf, setRflags } from './flags';
import type { Msr } from './msr-rows';
import { MSRS, valueOfMsr } from './msrs';
import { partOf, registerOfName } from './registers';
import { refreshSegments, segmentOf, setSegment } from './segments';
import { SEG, SEGMENTS, type Segment, STATE } from './state';
import { vmcbReader } from './svm/vmcb';

/** A processor whose pc can be set. */
type Processor = HartState & { pc: bigint };

const SLOTS: ReadonlySet<string> = new Set(STATE.slots);

/** `cs`, `fs_base`: a segment, and what of it. */
const SEGMENT = new RegExp(`^(${SEGMENTS.join('|')})(?:_(base|limit|attributes))?$`);
const segmentPart = (name: string): { seg: number; part: 'selector' | 'base' | 'limit' | 'attributes' } | undefined => {
  const [, segment, part = 'selector'] = SEGMENT.exec(name) ?? [];
  if (segment === undefined) return undefined;
  return { seg: SEG[segment as Segment], part: part as 'selector' };
};

const MSR_BY_NAME: ReadonlyMap<string, Msr> = new Map(MSRS.map((msr) => [msr.name, msr]));

const NUMBERED = /^(xmm|st|mm)(\d+)$/;
/** `gdtr_base` is slot `gdtrBase`. */
const slotOf = (name: string): string => name.replace(/_([a-z])/, (_, letter: string) => letter.toUpperCase());

/** ST(i) is the physical register i behind the top of the stack; MMX registers are the physical ones. */
const numberedRegister = (state: Pick<HartState, 'get'>, file: string, index: number): [file: string, index: number] =>
  file === 'st' ? ['st', (Number(state.get('top87')) + index) & 7] : [file, index];

const TOP = 0x3800n;

/** Control registers of the guest that ran last, and those of the host while a guest runs: they are in memory then. */
const SAVED: Readonly<Record<string, readonly [slot: 'lastVmcb' | 'VM_HSAVE_PA', field: string]>> = {
  guestCr0: ['lastVmcb', 'CR0'],
  guestCr3: ['lastVmcb', 'CR3'],
  guestCr4: ['lastVmcb', 'CR4'],
  guestEfer: ['lastVmcb', 'EFER'],
  hostCr0: ['VM_HSAVE_PA', 'CR0'],
  hostCr3: ['VM_HSAVE_PA', 'CR3'],
};

/** `undefined` when there is no such register. */
export const readRegister = (state: HartState, name: string): bigint | undefined => {
  const saved = SAVED[name];
  if (saved) return vmcbReader(state, state.get(saved[0]))(saved[1]);
  const part = partOf(name.toLowerCase());
  if (part) return state.read(part.view, part.index);
  // What is no register to a debugger, translation asks for, too.
  const own = registerOfName(name)?.name ?? name;
  const general = (GENERAL as readonly string[]).indexOf(own);
  if (general >= 0) return state.read('r', general);
  if (own === 'rip') return state.pc;
  if (own === 'rflags') return rflagsOf(state);
  if (own === 'fsw') return (state.get('fsw') & ~TOP) | ((state.get('top87') & 7n) << 11n);
  const segment = segmentPart(own);
  if (segment) return state.read(segment.part, segment.seg);
  const [, file, index] = NUMBERED.exec(own) ?? [];
  if (file !== undefined) return state.read(...numberedRegister(state, file, Number(index)));
  const msr = MSR_BY_NAME.get(own);
  if (msr) return valueOfMsr(state, msr);
  const slot = slotOf(own);
  return SLOTS.has(slot) ? state.get(slot) : undefined;
};

/** A system register of a processor as it is or as it was; `undefined` where no slot has it. */
export const peekRegister = (state: Pick<HartState, 'get'>, name: string): bigint | undefined => {
  if (name === 'rflags') return rflagsOf(state);
  const slot = slotOf(name);
  return SLOTS.has(slot) ? state.get(slot) : undefined;
};

/** Registers that decide about modes and translation. */
const MODES: ReadonlySet<string> = new Set(['cr0', 'cr3', 'cr4', 'efer']);

/** A value that long mode cannot be in: the processor would not come to it by itself. */
const isImpossible = (state: HartState, name: string, value: bigint): boolean => {
  const after = (register: string): bigint => (register === name ? value : state.get(register));
  const isOn = (after('cr0') & CR0.PG) !== 0n;
  if (isOn && (after('cr0') & CR0.PE) === 0n) return true;
  if ((after('efer') & EFER.LMA) === 0n) return false;
  return !isOn || (after('cr4') & CR4.PAE) === 0n;
};

const changed = (state: HartState): void => {
  refreshSegments(state);
  state.flushTranslations();
  state.contextChanged();
  state.interruptsChanged();
};

/** @returns false when there is no such register, when it is read-only, or when the value is none of its. */
export const writeRegister = (state: Processor, name: string, value: bigint): boolean => {
  const spec = registerOfName(name);
  if (!spec?.isWritable) return false;
  const part = partOf(spec.name);
  if (part) {
    // As instructions do it, 32 bits clear the rest.
    if (part.view === 'd') state.write('r', part.index, BigInt.asUintN(32, value));
    else state.write(part.view, part.index, BigInt.asUintN(spec.bits, value));
    return true;
  }
  const general = (GENERAL as readonly string[]).indexOf(spec.name);
  if (general >= 0) state.write('r', general, value);
  else if (spec.name === 'rip') state.pc = value;
  else if (spec.name === 'rflags') {
    setRflags(state, value);
    state.contextChanged();
    state.interruptsChanged();
  } else if (MODES.has(spec.name)) {
    if (isImpossible(state, spec.name, value)) return false;
    state.set(spec.name, value);
    changed(state);
  } else writeOther(state, spec.name, value);
  return true;
};

const writeOther = (state: HartState, name: string, value: bigint): void => {
  const segment = segmentPart(name);
  const msr = MSR_BY_NAME.get(name);
  const [, file, index] = NUMBERED.exec(name) ?? [];
  if (msr) {
    const next = (value & msr.writable) | (valueOfMsr(state, msr) & ~msr.writable);
    if (msr.write) msr.write(state, next);
    else state.set(msr.name, next);
  } else if (segment) {
    setSegment(state, segment.seg, { ...segmentOf(state, segment.seg), [segment.part]: value });
    if (segment.seg === SEG.cs || segment.seg === SEG.ss) changed(state);
  } else if (file !== undefined) state.write(...numberedRegister(state, file, Number(index)), value);
  else if (name === 'fsw') {
    state.set('top87', (value & TOP) >> 11n);
    state.set('fsw', value & ~TOP);
  } else state.set(slotOf(name), value);
};
