/**
 * VMRUN: into the guest that a VMCB describes. All fields are read each time, whatever `VMCB clean` says: that is allowed.
 * @see AMD64 APM volume 2, 15.5 "VMRUN Instruction"
 */
import type { HartState } from '../../core/privileged';
import { DR7 } from '../bits';
import { flushGuests } from '../contexts';
import { hasFeature } from '../cpus';
import { EXIT_INVALID } from './exit-codes';
import { isLegalGuest } from './guest-rules';
import { loadBranches, loadGuest, storeBranches, storeState } from './saved-state';
import { readOnce, type VmcbReader, vmcbReader, writeVmcb } from './vmcb';
import { EVENT, INTERCEPT_SLOTS, NESTED, TLB_CONTROL, V_INTR, VIRTUAL } from './vmcb-control';

const PAGE_MASK = ~0xfffn;
const SHADOW = 1n;

/** Slots that name the translations of a guest: while they are as they were, those may be used on. */
const IDENTITY = ['vmcb', 'asid', 'isNested', 'nestedCr3', 'hostCr4', 'hostEfer'] as const;

const loadControls = (state: HartState, read: VmcbReader): void => {
  for (const [word, slot] of INTERCEPT_SLOTS.entries()) state.set(slot, read(`INTERCEPT_${word}`));
  state.set('iopmBase', read('IOPM_BASE_PA') & PAGE_MASK);
  state.set('msrpmBase', read('MSRPM_BASE_PA') & PAGE_MASK);
  state.set('vmTscOffset', read('TSC_OFFSET'));
  state.set('pauseCount', hasFeature(state, 'PauseFilter') ? read('PAUSE_FILTER_COUNT') : 0n);
  state.set('pauseAt', state.cycles);
  const unknown = hasFeature(state, 'VGIF') ? 0n : V_INTR.gifEnable;
  state.set('vIntr', read('V_INTR') & ~unknown);
  const virtual =
    (hasFeature(state, 'LbrVirt') ? VIRTUAL.lbr : 0n) | (hasFeature(state, 'VmsaveVirt') ? VIRTUAL.vmloadVmsave : 0n);
  state.set('virtualExtensions', read('VIRTUAL_EXTENSIONS') & virtual);
};

/** Which tables translate in the guest, and whether what is cached of them may be used on. */
const loadTranslation = (state: HartState, at: bigint, read: VmcbReader): void => {
  const isNested = hasFeature(state, 'NP') ? read('NP_CONTROL') & NESTED.enable : 0n;
  const now: Record<(typeof IDENTITY)[number], bigint> = {
    vmcb: at,
    asid: read('GUEST_ASID'),
    isNested,
    nestedCr3: isNested ? read('N_CR3') : 0n,
    hostCr4: state.get('cr4'),
    hostEfer: state.get('efer'),
  };
  const isSame = IDENTITY.every((slot) => state.get(slot) === now[slot]) && state.get('guestCr3') === read('CR3');
  for (const slot of IDENTITY) state.set(slot, now[slot]);
  const control = Number(read('TLB_CONTROL'));
  if (control === TLB_CONTROL.all) state.flushTranslations();
  else if (!isSame || control !== TLB_CONTROL.nothing) flushGuests(state);
};

/**
 * Enters the guest of the VMCB at a physical address, which is a page's and within memory. Where its state is illegal the host
 * goes on at once with VMEXIT_INVALID.
 */
export const enterGuest = (state: HartState, at: bigint): void => {
  const read = readOnce(vmcbReader(state, at));
  const host = state.get('VM_HSAVE_PA');
  const next = state.pc + BigInt(state.length);
  storeState(state, host, next);
  state.set('lastVmcb', at);
  if (!isLegalGuest(read, { state, hostCr0: state.get('cr0') })) {
    refuse(state, at);
    return;
  }
  loadTranslation(state, at, read);
  loadControls(state, read);
  if (state.get('virtualExtensions') & VIRTUAL.lbr) {
    storeBranches(state, host);
    loadBranches(state, at);
  }
  state.set('hostIf', (state.get('rflags') >> 9n) & 1n);
  state.set('hostPat', state.get('PAT'));
  const pc = loadGuest(state, at);
  if (state.get('isNested')) state.set('PAT', read('G_PAT'));
  state.set('isGuest', 1n);
  state.set('gif', 1n);
  const event = read('EVENTINJ');
  state.set('injected', event & EVENT.valid ? event : 0n);
  state.set('shadow', pc);
  state.set('isShadowed', read('INTERRUPT_STATE') & SHADOW);
  state.contextChanged();
  state.interruptsChanged();
  state.jump(pc);
};

/** The guest's state is illegal: nothing of it was loaded, and the host goes on behind VMRUN. */
const refuse = (state: HartState, at: bigint): void => {
  writeVmcb(state, at, 'EXITCODE', EXIT_INVALID);
  for (const name of ['EXITINFO1', 'EXITINFO2', 'EXITINTINFO']) writeVmcb(state, at, name, 0n);
  state.set('gif', 0n);
  state.set('dr7', DR7.fixed);
  state.interruptsChanged();
};
