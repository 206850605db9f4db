/** Layouts of the CSRs of the hypervisor extension as a debugger shows them. */
import type { FieldSpec } from '../../base/fields';
import { bit, bits, MEDELEG_FIELDS, MENVCFG_FIELDS, SSTATUS_FIELDS, XLEN } from './csrs-fields';

export const HSTATUS_FIELDS: readonly FieldSpec[] = [
  bit('VSBE', 5, 'VS-mode data accesses are big-endian; always 0.'),
  bit('GVA', 6, 'stval holds a guest virtual address, as of the last trap into HS-mode.'),
  bit('SPV', 7, 'The last trap into HS-mode came from a guest; sret returns there.'),
  bits('SPVP', 8, 8, 'Mode of the guest the last trap came from; HLV and HSV access with it.', { 0: 'VU', 1: 'VS' }),
  bit('HU', 9, 'HLV, HLVX and HSV are allowed in U-mode.'),
  bits('VGEIN', 17, 12, "Which guest external interrupt is the guest's; there are none here."),
  bit('VTVM', 20, 'A guest that touches satp or fences its translations traps to HS-mode.'),
  bit('VTW', 21, 'wfi in VS-mode traps to HS-mode.'),
  bit('VTSR', 22, 'sret in VS-mode traps to HS-mode.'),
  bits('VSXL', 33, 32, 'Register width in VS-mode.', XLEN),
];

const IN_HEDELEG = 0xb1ff;
export const HEDELEG_FIELDS: readonly FieldSpec[] = MEDELEG_FIELDS.filter(({ low }) => (IN_HEDELEG >> low) & 1).map(
  (field) => ({
    ...field,
    doc: field.doc?.replace('below M-mode is handled in S-mode', 'in a guest is handled in VS-mode'),
  }),
);

const GUEST_INTERRUPTS: readonly (readonly [number, string, string])[] = [
  [2, 'VSS', "guest's software interrupt"],
  [6, 'VST', "guest's timer interrupt"],
  [10, 'VSE', "guest's external interrupt"],
];
const guestInterrupts = (suffix: string, claim: string): FieldSpec[] =>
  GUEST_INTERRUPTS.map(([at, name, what]) => bit(`${name}${suffix}`, at, `The ${what} ${claim}.`));

export const HIDELEG_FIELDS = guestInterrupts('I', 'is handled in VS-mode');
export const HIE_FIELDS = guestInterrupts('IE', 'is enabled');
export const HIP_FIELDS = guestInterrupts('IP', 'is pending');
export const HVIP_FIELDS = guestInterrupts('IP', 'is made pending by HS-mode');

export const HENVCFG_FIELDS: readonly FieldSpec[] = MENVCFG_FIELDS.map((field) => ({
  ...field,
  doc: field.doc?.replace('S-mode', 'VS-mode'),
}));

/** Layout of htinst and mtinst for loads and stores; a pseudoinstruction has bits 1:0 clear. */
export const TINST_FIELDS: readonly FieldSpec[] = [
  bits('Kind', 1, 0, 'Whether a standard instruction follows, and how long it was.', {
    0: 'none or pseudoinstruction',
    1: '16-bit instruction',
    3: '32-bit instruction',
  }),
  bits('Opcode', 6, 2, 'Major opcode of the instruction, expanded to 32 bits.'),
  bits('Addr. Offset', 19, 15, 'How far the faulting address lies behind the one the instruction names.'),
];

export const HGATP_FIELDS: readonly FieldSpec[] = [
  bits('PPN', 43, 0, 'Page number of the root page table, which fills 16 KiB.'),
  bits('VMID', 57, 44, 'Virtual-machine identifier.'),
  bits('MODE', 63, 60, 'Translation scheme.', { 0: 'Bare', 8: 'Sv39x4', 9: 'Sv48x4', 10: 'Sv57x4' }),
];

/** As sstatus. FS counts beside sstatus.FS, and only inside the guest. */
export const VSSTATUS_FIELDS: readonly FieldSpec[] = SSTATUS_FIELDS.map((field) =>
  field.name === 'FS'
    ? { ...field, doc: "The guest's own switch for FP instructions; Off makes them illegal while V = 1." }
    : field,
);
