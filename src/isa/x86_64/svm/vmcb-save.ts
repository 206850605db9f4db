/** The state save area of a VMCB. @see AMD64 APM volume 2, Appendix B, table B-2 */
import type { FieldSpec } from '../../../base/fields';
import { CLEAN, type VmcbField } from './vmcb-field';

/** Where the state save area begins. */
export const SAVE_AREA = 0x400;

const bit = (name: string, at: number, doc: string): FieldSpec => ({ name, high: at, low: at, doc });

const ATTRIBUTE_FIELDS: readonly FieldSpec[] = [
  { name: 'TYPE', high: 3, low: 0, doc: 'Type of the descriptor' },
  bit('S', 4, 'Code or data, not of the system'),
  { name: 'DPL', high: 6, low: 5, doc: 'Privilege level' },
  bit('P', 7, 'Present'),
  bit('AVL', 8, 'For software'),
  bit('L', 9, '64-bit code'),
  bit('DB', 10, '32-bit'),
  bit('G', 11, 'The limit counts pages'),
];

/** Segments and descriptor tables, where they lie in the state save area. */
export const VMCB_SEGMENTS = {
  es: 0x00,
  cs: 0x10,
  ss: 0x20,
  ds: 0x30,
  fs: 0x40,
  gs: 0x50,
  gdtr: 0x60,
  ldtr: 0x70,
  idtr: 0x80,
  tr: 0x90,
} as const;

const cleanOf = (name: string): { clean?: number } => {
  if (name === 'gdtr' || name === 'idtr') return { clean: CLEAN.descriptorTables };
  return ['es', 'cs', 'ss', 'ds'].includes(name) ? { clean: CLEAN.segments } : {};
};

const segments = Object.entries(VMCB_SEGMENTS).flatMap(([name, at]): VmcbField[] => {
  const base = SAVE_AREA + at;
  const common = { group: 'Segments', ...cleanOf(name) };
  const title = name.toUpperCase();
  const table: VmcbField[] = [
    { name: `${title}.limit`, offset: base + 4, bytes: 4, ...common },
    { name: `${title}.base`, offset: base + 8, bytes: 8, ...common },
  ];
  if (name === 'gdtr' || name === 'idtr') return table;
  return [
    { name: `${title}.selector`, offset: base, bytes: 2, ...common },
    { name: `${title}.attrib`, offset: base + 2, bytes: 2, fields: ATTRIBUTE_FIELDS, ...common },
    ...table,
  ];
});

/** Name, offset in the area, clean bit. */
type Row = readonly [name: string, at: number, clean?: number];

const rows = (group: string, list: readonly Row[]): VmcbField[] =>
  list.map(([name, at, clean]) => ({
    name,
    offset: SAVE_AREA + at,
    bytes: 8,
    group,
    ...(clean !== undefined && { clean }),
  }));

export const STATE_SAVE_AREA: readonly VmcbField[] = [
  ...segments,
  { name: 'CPL', offset: SAVE_AREA + 0xcb, bytes: 1, group: 'Segments', clean: CLEAN.segments },
  ...rows('Control registers', [
    ['EFER', 0xd0, CLEAN.controlRegisters],
    ['CR4', 0x148, CLEAN.controlRegisters],
    ['CR3', 0x150, CLEAN.controlRegisters],
    ['CR0', 0x158, CLEAN.controlRegisters],
    ['CR2', 0x240, CLEAN.cr2],
    ['G_PAT', 0x268, CLEAN.nestedPaging],
  ]),
  ...rows('Debug registers', [
    ['DR7', 0x160, CLEAN.debugRegisters],
    ['DR6', 0x168, CLEAN.debugRegisters],
    ['DBGCTL', 0x270, CLEAN.lbr],
    ['BR_FROM', 0x278, CLEAN.lbr],
    ['BR_TO', 0x280, CLEAN.lbr],
    ['LASTEXCPFROM', 0x288, CLEAN.lbr],
    ['LASTEXCPTO', 0x290, CLEAN.lbr],
  ]),
  ...rows('General', [
    ['RFLAGS', 0x170],
    ['RIP', 0x178],
    ['RSP', 0x1d8],
    ['RAX', 0x1f8],
  ]),
  ...rows('By VMLOAD and VMSAVE', [
    ['STAR', 0x200],
    ['LSTAR', 0x208],
    ['CSTAR', 0x210],
    ['SFMASK', 0x218],
    ['KernelGsBase', 0x220],
    ['SYSENTER_CS', 0x228],
    ['SYSENTER_ESP', 0x230],
    ['SYSENTER_EIP', 0x238],
  ]),
];
