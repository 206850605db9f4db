/** MSRs of modes, system calls and segments. @see AMD64 APM volume 2, 3.1.7 "Extended Feature Enable Register" and 6.1 "Fast System Call and Return" */
import type { HartState } from '../core/privileged';
import { CR0, EFER } from './bits';
import { hasFeature } from './cpus';
import { ALL, fields, LOW, type Msr, PAGES, rowsOf } from './msr-rows';
import { refreshSegments } from './segments';
import { SEG } from './state';

const control = rowsOf('control');
const calls = rowsOf('system calls');

/** The space of the local APIC, and its address for a change of APIC_BASE. */
const APIC_BASE_CHANGED = 0x1001;
const BASE = { BSC: 1n << 8n, EXTD: 1n << 10n, EN: 1n << 11n } as const;

const SVMDIS = 1n << 4n;
const TSC_FREQ_SEL = 1n << 24n;

const OF_FEATURES = [
  ['SysCallSysRet', EFER.SCE],
  ['LM', EFER.LME],
  ['NX', EFER.NXE],
  ['FFXSR', EFER.FFXSR],
  ['SVM', EFER.SVME],
] as const;

/** Bits of EFER that software can set on this processor. */
export const eferBits = (state: Pick<HartState, 'get'>): bigint =>
  OF_FEATURES.reduce((bits, [feature, bit]) => (hasFeature(state, feature) ? bits | bit : bits), 0n);

const acceptsEfer = (state: HartState, value: bigint): boolean => {
  const old = state.get('efer');
  if (value & ~(eferBits(state) | EFER.LMA)) return false;
  if ((value ^ old) & EFER.LME && state.get('cr0') & CR0.PG) return false;
  return !(value & EFER.SVME && state.get('VM_CR') & SVMDIS);
};

/** Modes that APIC_BASE may name: 1 without an APIC, 2 by memory, 3 by MSRs. */
const acceptsBase = (state: HartState, value: bigint): boolean => {
  const [isOn, isX2] = [(value & BASE.EN) !== 0n, (value & BASE.EXTD) !== 0n];
  if (isX2 && (!isOn || !hasFeature(state, 'X2APIC'))) return false;
  const old = state.get('APIC_BASE');
  const wasX2 = (old & BASE.EXTD) !== 0n;
  // Into x2APIC mode only from the other one, and out of it only by switching the APIC off.
  if (isX2 && !(old & BASE.EN)) return false;
  return !(wasX2 && isOn && !isX2);
};

const baseOf = (name: 'fs' | 'gs', number: number, doc: string): Msr =>
  control(`${name.toUpperCase()}_BASE`, number, ALL, doc, {
    isAddress: true,
    read: (state) => state.read('base', SEG[name]),
    write: (state, value) => state.write('base', SEG[name], value),
  });

export const CONTROL_MSRS: readonly Msr[] = [
  control('APIC_BASE', 0x1b, PAGES | BASE.EN | BASE.EXTD, 'Where the local APIC is, and its mode.', {
    ignored: BASE.BSC,
    fields: fields(['ABA', 51, 12, 'address'], ['AE', 11, 11, 'enabled'], ['EXTD', 10, 10, 'x2APIC'], ['BSC', 8]),
    accepts: acceptsBase,
    write: (state, value) => {
      state.set('APIC_BASE', value);
      state.writeSpace('apic', APIC_BASE_CHANGED, 8, value);
      state.flushTranslations();
      state.interruptsChanged();
    },
  }),
  control('MISC_ENABLE', 0x1a0, 1n, 'A register of Intel, which QEMU has on all models.', { ignored: ALL, reset: 1n }),
  control('EFER', 0xc000_0080, ALL & ~EFER.LMA, 'Extended features.', {
    ignored: EFER.LMA,
    fields: fields(
      ['TCE', 15],
      ['FFXSR', 14],
      ['LMSLE', 13],
      ['SVME', 12, 12, 'SVM'],
      ['NXE', 11, 11, 'no-execute pages'],
      ['LMA', 10, 10, 'long mode is active'],
      ['LME', 8, 8, 'long mode comes with paging'],
      ['SCE', 0, 0, 'SYSCALL'],
    ),
    read: (state) => state.get('efer'),
    accepts: acceptsEfer,
    write: (state, value) => {
      const changed = state.get('efer') ^ value;
      state.set('efer', value);
      if (changed & EFER.NXE) state.flushTranslations();
      refreshSegments(state);
      state.contextChanged();
      state.interruptsChanged();
    },
  }),
  control('SYSCFG', 0xc001_0010, 0x7c_0000n, 'System configuration.', { ignored: ALL }),
  control('HWCR', 0xc001_0015, 0x0e04_0008n, 'Hardware configuration.', {
    ignored: ALL,
    fields: fields(['TscFreqSel', 24, 24, 'the time stamp counter has one frequency']),
    read: (state) => state.get('HWCR') | (hasFeature(state, 'TscInvariant') ? TSC_FREQ_SEL : 0n),
  }),
  control('NB_CFG', 0xc001_001f, 0n, 'Configuration of the northbridge: no extended registers by port 0xCF8.', {
    constant: 0n,
    ignored: ALL,
  }),
  control('TOP_MEM', 0xc001_001a, 0xff_ff80_0000n, 'The end of RAM below 4 GiB.', { ignored: ALL }),
  control('TOP_MEM2', 0xc001_001d, 0xff_ff80_0000n, 'The end of RAM above 4 GiB.', { ignored: ALL }),
  control('PATCH_LEVEL', 0x8b, 0n, 'The revision of microcode.', { constant: 0n, ignored: ALL }),
  control('INT_PENDING', 0xc001_0055, 0n, 'Messages of power management, of which there are none.', {
    constant: 0n,
    ignored: ALL,
  }),
  control('DE_CFG', 0xc001_1029, 0n, 'Configuration of the decoder: LFENCE always serializes.', {
    constant: 2n,
    ignored: ALL,
  }),

  calls('SYSENTER_CS', 0x174, 0xffffn, 'Code segment of SYSENTER.', { ignored: ALL }),
  calls('SYSENTER_ESP', 0x175, ALL, 'Stack pointer of SYSENTER.'),
  calls('SYSENTER_EIP', 0x176, ALL, 'Where SYSENTER goes.'),
  calls('STAR', 0xc000_0081, ALL, 'Segments of SYSCALL and SYSRET, and where 32-bit SYSCALL goes.', {
    fields: fields(['SYSRET_CS', 63, 48], ['SYSCALL_CS', 47, 32], ['EIP', 31, 0]),
  }),
  calls('LSTAR', 0xc000_0082, ALL, 'Where SYSCALL goes from 64-bit code.', { isAddress: true }),
  calls('CSTAR', 0xc000_0083, ALL, 'Where SYSCALL goes from compatibility mode.', { isAddress: true }),
  calls('SFMASK', 0xc000_0084, LOW, 'Flags that SYSCALL clears.', { ignored: ALL }),
  baseOf('fs', 0xc000_0100, 'Base of FS.'),
  baseOf('gs', 0xc000_0101, 'Base of GS.'),
  calls('KERNEL_GS_BASE', 0xc000_0102, ALL, 'The base that SWAPGS exchanges with that of GS.', { isAddress: true }),
];
