/** The processor as a boot protocol wants it at a program's first instruction. */
import type { HartView } from '../../../engine/hart-view';
import { GENERAL } from '../../../isa/x86_64/abi';
import { CR0, CR4, EFER } from '../../../isa/x86_64/bits';
import { refreshSegments, setSegment } from '../../../isa/x86_64/segments';
import { SEG } from '../../../isa/x86_64/state';
import type { LoadPlan } from '../../boot/load-plan';

/** Attributes of segments as descriptors have them, in 12 bits: of 4 GiB, present, accessed. */
const CODE = { protected: 0xc9bn, long: 0xa9bn } as const;
const DATA = 0xc93n;
const LIMIT = 0xffff_ffffn;

/** x87's control word behind FNINIT; all of its registers are empty. */
const FPU = { fcw: 0x37fn, ftw: 0n } as const;

/** Flat segments, the descriptor table that they are in, and in long mode the tables that translate. */
const enterFlat = (view: HartView, mode: 'protected' | 'long', registers: LoadPlan['registers']): void => {
  const { cs = 0n, ds = 0n, gdtrBase = 0n, gdtrLimit = 0n, cr3 = 0n } = registers;
  view.set('gdtrBase', gdtrBase);
  view.set('gdtrLimit', gdtrLimit);
  if (mode === 'long') {
    view.set('cr4', CR4.PAE);
    view.set('cr3', cr3);
    view.set('efer', EFER.LME | EFER.LMA);
  }
  view.set('cr0', CR0.PE | CR0.ET | (mode === 'long' ? CR0.PG : 0n));
  setSegment(view, SEG.cs, { selector: cs, base: 0n, limit: LIMIT, attributes: CODE[mode] });
  for (const seg of [SEG.ss, SEG.ds, SEG.es, SEG.fs, SEG.gs]) {
    setSegment(view, seg, { selector: ds, base: 0n, limit: LIMIT, attributes: DATA });
  }
  refreshSegments(view);
};

const PARAGRAPH = 16;
/** Code up to here is reached with a base of 0. */
const FIRST_SEGMENT = 0x1_0000;

/** A code segment that begins at the program, if the first one does not reach it. */
const enterReal = (view: HartView, entry: number): void => {
  view.set('cr0', CR0.ET);
  const base = entry < FIRST_SEGMENT ? 0 : entry - (entry % PARAGRAPH);
  view.write('selector', SEG.cs, BigInt.asUintN(16, BigInt(base) >> 4n));
  view.write('base', SEG.cs, BigInt(base));
};

/** Takes a processor from its state at reset to the program's first instruction. */
export function enterProgram(view: HartView, { mode, entry, registers }: LoadPlan): void {
  view.pc = BigInt(entry);
  if (mode === 'reset') return;
  for (const [slot, value] of Object.entries(FPU)) view.set(slot, value);
  if (mode === 'real') enterReal(view, entry);
  else enterFlat(view, mode === 'long' ? 'long' : 'protected', registers);
  view.write('r', GENERAL.indexOf('rdx'), 0n);
  for (const [name, value] of Object.entries(registers)) {
    const number = (GENERAL as readonly string[]).indexOf(name);
    if (number >= 0) view.write('r', number, value);
  }
}
