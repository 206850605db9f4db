/**
 * The CSRs of the hypervisor extension: those of HS-mode, the guest's own (vs…), which take the place of the supervisor
 * CSRs inside a guest, and the two in M-mode.
 * GEILEN is 0, as the manual allows: no interrupt controller of this board delivers to guests directly, so hgeip, hgeie,
 * hstatus.VGEIN and SGEI read 0.
 * @see RISC-V Privileged ISA 20240411, "H" Extension for Hypervisor Support
 */
import type { HartState } from '../core/privileged';
import {
  ENVCFG,
  GUEST_DELEGABLE,
  GUEST_ENVCFG,
  HSTATUS_WRITABLE,
  IRQ,
  SSTATUS_VISIBLE,
  SSTATUS_WRITABLE,
  VS_INTERRUPTS,
} from './csrs-bits';
import * as layout from './csrs-fields';
import * as fields from './csrs-fields-hypervisor';
import {
  type Csr,
  type CsrSource,
  constant,
  EPC,
  legalSatp,
  legalTvec,
  pendingInterrupts,
  SATP_MODES,
  slot,
  view,
  withDirtySummary,
} from './csrs-rows';
import { storeSlot } from './csrs-slots';

const writeMasked = (state: HartState, name: string, value: bigint, mask: bigint): void =>
  storeSlot(state, name, (state.get(name) & ~mask) | (value & mask));

/** MODE, 14 bits of VMID, and the root's page number. */
const HGATP = (0xfn << 60n) | (0x3fffn << 44n) | ((1n << 44n) - 1n);

/** Bits of hgatp that read as zeros: its root table is aligned to 16 KiB. */
const HGATP_ZEROS = 3n;

/**
 * Unlike satp, a write with a MODE that does not exist still changes the other fields: MODE alone keeps its value.
 * QEMU 10 ignores the whole write.
 */
const legalHgatp = (value: bigint, old: bigint): bigint =>
  SATP_MODES.includes(Number(value >> 60n)) ? value : (value & ((1n << 60n) - 1n)) | (old & (0xfn << 60n));

/** henvcfg as it reads: no bit that menvcfg does not allow. */
export const guestEnvironment = (state: Pick<HartState, 'get'>): bigint =>
  state.get('henvcfg') & (ENVCFG.FIOM | (state.get('menvcfg') & GUEST_ENVCFG));

export const hypervisor: readonly Csr[] = [
  slot(0x600, 'hstatus', 'Where the last trap into HS-mode came from, and what a guest may do itself.', {
    fields: fields.HSTATUS_FIELDS,
    mask: HSTATUS_WRITABLE,
  }),
  slot(0x602, 'hedeleg', 'Exceptions of a guest that its own supervisor handles.', {
    fields: fields.HEDELEG_FIELDS,
    mask: GUEST_DELEGABLE,
  }),
  slot(0x603, 'hideleg', 'Interrupts of a guest that its own supervisor handles.', {
    fields: fields.HIDELEG_FIELDS,
    mask: VS_INTERRUPTS,
  }),
  view(0x604, 'hie', 'Enables of the interrupts for guests.', {
    fields: fields.HIE_FIELDS,
    read: (state) => state.get('mie') & VS_INTERRUPTS,
    write: (state, value) => writeMasked(state, 'mie', value, VS_INTERRUPTS),
  }),
  slot(0x605, 'htimedelta', 'Added to time when a guest reads it.', {}),
  slot(0x606, 'hcounteren', 'Counters that a guest may read.', { fields: layout.COUNTEREN_FIELDS, mask: 0xffff_ffffn }),
  constant(0x607, 'hgeie', 0n, 'Enables of guest external interrupts; there are none here (GEILEN = 0).'),
  view(0x60a, 'henvcfg', 'What HS-mode sets for guests.', {
    fields: fields.HENVCFG_FIELDS,
    read: guestEnvironment,
    write: (state, value) => writeMasked(state, 'henvcfg', value, ENVCFG.FIOM | (state.get('menvcfg') & GUEST_ENVCFG)),
  }),
  slot(0x643, 'htval', 'Guest physical address of the last guest-page fault into HS-mode, shifted right by 2; else 0.'),
  view(0x644, 'hip', 'Pending interrupts for guests.', {
    fields: fields.HIP_FIELDS,
    read: (state) => pendingInterrupts(state) & VS_INTERRUPTS,
    readForUpdate: (state) => state.get('mip') & VS_INTERRUPTS,
    // VSTIP and VSEIP are written in hvip.
    write: (state, value) => writeMasked(state, 'mip', value, BigInt(IRQ.VSSI)),
  }),
  view(0x645, 'hvip', 'Interrupts that HS-mode makes pending for a guest.', {
    fields: fields.HVIP_FIELDS,
    read: (state) => state.get('mip') & VS_INTERRUPTS,
    write: (state, value) => writeMasked(state, 'mip', value, VS_INTERRUPTS),
  }),
  slot(0x64a, 'htinst', 'The instruction behind the last trap into HS-mode, transformed; or 0.', {
    fields: fields.TINST_FIELDS,
  }),
  slot(0x680, 'hgatp', 'Scheme, virtual machine and root of the second stage of translation.', {
    fields: fields.HGATP_FIELDS,
    guard: 'tvm',
    mask: HGATP,
    legal: legalHgatp,
    // The walk starts at the address that was written, as QEMU's does: ArceOS's tutorial hypervisor passes a root that
    // is aligned to 4 KiB only, and depends on it. On a hart that drops these bits it would fail.
    zeros: HGATP_ZEROS,
  }),
  constant(0xe12, 'hgeip', 0n, 'Pending guest external interrupts; there are none here (GEILEN = 0).'),
];

/** Shifts a guest's interrupt bits to where a supervisor has its own: VSSI, VSTI, VSEI as SSI, STI, SEI. */
const asSeenInGuest = (bits: bigint): bigint => (bits & VS_INTERRUPTS) >> 1n;
const fromGuest = (bits: bigint): bigint => (bits << 1n) & VS_INTERRUPTS;

const visibleToGuest = (state: CsrSource, bits: bigint): bigint => asSeenInGuest(bits & state.get('hideleg'));

/** In the order of their numbers; each is 0x100 above the supervisor CSR it stands for. */
export const guest: readonly Csr[] = [
  view(0x200, 'vsstatus', "The guest's sstatus.", {
    fields: fields.VSSTATUS_FIELDS,
    read: (state) => withDirtySummary(state.get('vsstatus')) & SSTATUS_VISIBLE,
    write: (state, value) => writeMasked(state, 'vsstatus', value, SSTATUS_WRITABLE),
  }),
  view(0x204, 'vsie', "The guest's sie: enables of the interrupts hideleg gives it.", {
    fields: layout.SIE_FIELDS,
    read: (state) => visibleToGuest(state, state.get('mie')),
    write: (state, value) => writeMasked(state, 'mie', fromGuest(value), state.get('hideleg') & VS_INTERRUPTS),
  }),
  slot(0x205, 'vstvec', "The guest's stvec: where traps enter VS-mode.", {
    fields: layout.TVEC_FIELDS,
    legal: legalTvec,
  }),
  slot(0x240, 'vsscratch', "The guest's sscratch."),
  slot(0x241, 'vsepc', "The guest's sepc.", { mask: EPC }),
  slot(0x242, 'vscause', "The guest's scause.", { fields: layout.CAUSE_FIELDS }),
  slot(0x243, 'vstval', "The guest's stval."),
  view(0x244, 'vsip', "The guest's sip: pending interrupts that hideleg gives it.", {
    fields: layout.SIP_FIELDS,
    read: (state) => visibleToGuest(state, pendingInterrupts(state)),
    readForUpdate: (state) => visibleToGuest(state, state.get('mip')),
    write: (state, value) => writeMasked(state, 'mip', fromGuest(value), state.get('hideleg') & BigInt(IRQ.VSSI)),
  }),
  slot(0x24d, 'vstimecmp', "The guest's stimecmp: hip.VSTIP is set while its time is not below (with henvcfg.STCE).", {
    guard: 'timer',
  }),
  slot(0x280, 'vsatp', "The guest's satp: first stage of its translation.", {
    fields: layout.SATP_FIELDS,
    legal: legalSatp,
  }),
];

export const hypervisorInMachine: readonly Csr[] = [
  slot(0x34a, 'mtinst', 'The instruction behind the last trap into M-mode, transformed; or 0.', {
    fields: fields.TINST_FIELDS,
  }),
  slot(0x34b, 'mtval2', 'Guest physical address of the last guest-page fault into M-mode, shifted right by 2; else 0.'),
];
