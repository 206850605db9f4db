/**
 * Registers to and from a state save area: the guest's in its VMCB, the host's in the page that VM_HSAVE_PA names, for which we use
 * the same layout. @see AMD64 APM volume 2, 15.5.1, 15.6 and Appendix B, table B-2
 */
import type { HartState } from '../../core/privileged';
import { CR0, CR4, DR6, DR7, EFER, RFLAGS } from '../bits';
import { rflagsOf, setRflags } from '../flags';
import { is64 } from '../modes';
import { codeBase, ipOf, refreshSegments, segmentOf, setSegment } from '../segments';
import { SEG, type Segment } from '../state';
import { type VmcbReader, vmcbReader, writeVmcb } from './vmcb';

/** Segments that VMRUN and #VMEXIT load and store. */
const SEGMENTS = ['es', 'cs', 'ss', 'ds'] as const;
/** Those of VMLOAD and VMSAVE. */
const OTHER_SEGMENTS = ['fs', 'gs', 'ldtr', 'tr'] as const;
/** MSRs of VMLOAD and VMSAVE: field and slot. */
const OTHER_SLOTS = [
  ['STAR', 'STAR'],
  ['LSTAR', 'LSTAR'],
  ['CSTAR', 'CSTAR'],
  ['SFMASK', 'SFMASK'],
  ['KernelGsBase', 'KERNEL_GS_BASE'],
  ['SYSENTER_CS', 'SYSENTER_CS'],
  ['SYSENTER_ESP', 'SYSENTER_ESP'],
  ['SYSENTER_EIP', 'SYSENTER_EIP'],
] as const;
/** Of a guest with last branches of its own. */
const LBR_SLOTS = [
  ['DBGCTL', 'DEBUGCTL'],
  ['BR_FROM', 'BR_FROM'],
  ['BR_TO', 'BR_TO'],
  ['LASTEXCPFROM', 'LASTEXCPFROM'],
  ['LASTEXCPTO', 'LASTEXCPTO'],
] as const;

const RSP = 4;
const ATTRIBUTE_BITS = 0xfffn;

/** Sign-extends an address, as VMRUN and VMLOAD do rather than fault. */
const canonical = (cr4: bigint, address: bigint): bigint =>
  BigInt.asUintN(64, BigInt.asIntN(cr4 & CR4.LA57 ? 57 : 48, address));

const storeSegment = (state: HartState, at: bigint, name: Segment): void => {
  const { selector, attributes, limit, base } = segmentOf(state, SEG[name]);
  const title = name.toUpperCase();
  writeVmcb(state, at, `${title}.selector`, selector);
  writeVmcb(state, at, `${title}.attrib`, attributes);
  writeVmcb(state, at, `${title}.limit`, limit);
  writeVmcb(state, at, `${title}.base`, base);
};

const loadSegment = (state: HartState, read: VmcbReader, name: Segment): void => {
  const title = name.toUpperCase();
  const base = read(`${title}.base`);
  const isFlat = SEG[name] <= SEG.ds;
  setSegment(state, SEG[name], {
    selector: read(`${title}.selector`),
    attributes: read(`${title}.attrib`) & ATTRIBUTE_BITS,
    limit: read(`${title}.limit`),
    // Only the other four have bases of 64 bits.
    base: isFlat ? BigInt.asUintN(32, base) : canonical(state.get('cr4'), base),
  });
};

const TABLES = ['gdtr', 'idtr'] as const;

/** Stores what VMRUN saves of the host, and #VMEXIT of the guest. @param pc linear, where it goes on */
export const storeState = (state: HartState, at: bigint, pc: bigint): void => {
  for (const name of SEGMENTS) storeSegment(state, at, name);
  for (const name of TABLES) {
    writeVmcb(state, at, `${name.toUpperCase()}.limit`, state.get(`${name}Limit`));
    writeVmcb(state, at, `${name.toUpperCase()}.base`, state.get(`${name}Base`));
  }
  for (const name of ['EFER', 'CR0', 'CR3', 'CR4']) writeVmcb(state, at, name, state.get(name.toLowerCase()));
  writeVmcb(state, at, 'RFLAGS', rflagsOf(state));
  writeVmcb(state, at, 'RIP', ipOf(state, pc));
  writeVmcb(state, at, 'RSP', state.read('r', RSP));
  writeVmcb(state, at, 'RAX', state.read('r', 0));
};

/** Stores what of a guest's state the host does not have saved. */
export const storeGuestOnly = (state: HartState, at: bigint): void => {
  for (const name of ['CR2', 'DR6', 'DR7']) writeVmcb(state, at, name, state.get(name.toLowerCase()));
  writeVmcb(state, at, 'CPL', state.get('cpl'));
};

const loadRegisters = (state: HartState, read: VmcbReader, rflags: bigint): void => {
  const [cr0, cr4] = [read('CR0') | CR0.ET, read('CR4')];
  const efer = read('EFER') & ~EFER.LMA;
  state.set('cr0', cr0);
  state.set('cr3', read('CR3'));
  state.set('cr4', cr4);
  state.set('efer', efer & EFER.LME && cr0 & CR0.PG ? efer | EFER.LMA : efer);
  setRflags(state, rflags);
  for (const name of TABLES) {
    state.set(`${name}Limit`, read(`${name.toUpperCase()}.limit`) & 0xffffn);
    state.set(`${name}Base`, canonical(cr4, read(`${name.toUpperCase()}.base`)));
  }
  for (const name of SEGMENTS) loadSegment(state, read, name);
  refreshSegments(state);
  state.write('r', RSP, read('RSP'));
  state.write('r', 0, read('RAX'));
};

/** The linear address of RIP under the CS that is loaded. */
export const entryOf = (state: HartState, rip: bigint): bigint =>
  is64(state) ? rip : BigInt.asUintN(32, codeBase(state) + rip);

const privilegeOf = (read: VmcbReader): bigint => {
  if ((read('CR0') & CR0.PE) === 0n) return 0n;
  return read('RFLAGS') & RFLAGS.VM ? 3n : read('CPL') & 3n;
};

/** Loads a guest's registers from its VMCB, which has been checked. Yields its pc. */
export const loadGuest = (state: HartState, at: bigint): bigint => {
  const read = vmcbReader(state, at);
  state.set('cpl', privilegeOf(read));
  loadRegisters(state, read, read('RFLAGS'));
  state.set('cr2', read('CR2'));
  state.set('dr6', (read('DR6') & DR6.writable) | DR6.fixed);
  state.set('dr7', (read('DR7') & DR7.writable) | DR7.fixed);
  return entryOf(state, read('RIP'));
};

/** Loads the host's registers as #VMEXIT does: at level 0, without breakpoints. Yields its pc. */
export const loadHost = (state: HartState, at: bigint): bigint => {
  const read = vmcbReader(state, at);
  state.set('cpl', 0n);
  loadRegisters(state, (name) => (name === 'CR0' ? read(name) | CR0.PE : read(name)), read('RFLAGS') & ~RFLAGS.VM);
  state.set('dr7', DR7.fixed);
  return entryOf(state, read('RIP'));
};

/** VMSAVE: what VMRUN and #VMEXIT leave alone. */
export const storeOthers = (state: HartState, at: bigint): void => {
  for (const name of OTHER_SEGMENTS) storeSegment(state, at, name);
  for (const [field, slot] of OTHER_SLOTS) writeVmcb(state, at, field, state.get(slot));
};

const ADDRESSES: ReadonlySet<string> = new Set(['LSTAR', 'CSTAR', 'KernelGsBase', 'SYSENTER_ESP', 'SYSENTER_EIP']);

/** VMLOAD. */
export const loadOthers = (state: HartState, at: bigint): void => {
  const read = vmcbReader(state, at);
  for (const name of OTHER_SEGMENTS) loadSegment(state, read, name);
  for (const [field, slot] of OTHER_SLOTS) {
    state.set(slot, ADDRESSES.has(field) ? canonical(state.get('cr4'), read(field)) : read(field));
  }
};

/** Stores DEBUGCTL and the last branches. */
export const storeBranches = (state: HartState, at: bigint): void => {
  for (const [field, slot] of LBR_SLOTS) writeVmcb(state, at, field, state.get(slot));
};

/** Loads DEBUGCTL and the last branches. */
export const loadBranches = (state: HartState, at: bigint): void => {
  const read = vmcbReader(state, at);
  for (const [field, slot] of LBR_SLOTS) state.set(slot, read(field));
};
