/** How loads, stores and atomic accesses are written where the rows' templates do not say it. */
import type { Alias, Operands, Piece, Spelling } from '../core/disassembler';

const general = (prefix: 'w' | 'x', index: number): string => (index === 31 ? `${prefix}zr` : `${prefix}${index}`);

const KINDS = ['pld', 'pli', 'pst'];
const KEPT = ['keep', 'strm'];

/** What a prefetch is for: kind, level and how long, or its number. */
const prefetch = (number: number): string => {
  const [kind, level] = [KINDS[number >> 3], (number >> 1) & 3];
  return kind === undefined || level === 3 ? `#${number}` : `${kind}l${level + 1}${KEPT[number & 1]}`;
};

/** What a prefetch of a range is for: its bits are among those of an index. */
const RANGES: Readonly<Record<number, string>> = { 0: 'pldkeep', 1: 'pstkeep', 4: 'pldstrm', 5: 'pststrm' };
const range: Piece = ({ fields }) => {
  const [bits, low] = [fields.extend ?? 0, fields.Rt ?? 0];
  const number = ((bits >> 3) << 5) | ((bits & 3) << 3) | (low & 7);
  return RANGES[number] ?? `#${number}`;
};

/** An index: how its register is extended, and by how much it is shifted. */
const index =
  (name: string, scale: number): Piece =>
  ({ fields }) => {
    const bits = fields.extend ?? 0;
    const [option, S] = [bits >> 1, bits & 1];
    const register = general(option & 1 ? 'x' : 'w', fields[name] ?? 0);
    const extension = { 2: 'uxtw', 3: 'lsl', 6: 'sxtw', 7: 'sxtx' }[option] ?? '';
    if (S === 0) return extension === 'lsl' ? register : `${register}, ${extension}`;
    return `${register}, ${extension} #${scale}`;
  };

/** `{prfop:Rt}`, `{rprfop:Rt}`, `{index3:Rm}`, and `{xp1:Rs}`, the register behind one. */
export const memoryOperand = (name: string, format: string): Piece | undefined => {
  const value = ({ fields }: Operands): number => fields[name] ?? 0;
  if (format === 'prfop') return (operands) => prefetch(value(operands));
  if (format === 'rprfop') return range;
  if (format === 'wp1' || format === 'xp1') {
    return (operands) => general(format === 'wp1' ? 'w' : 'x', value(operands) + 1);
  }
  const [, scale] = /^index(\d)$/.exec(format) ?? [];
  return scale === undefined ? undefined : index(name, Number(scale));
};

const ORDERS = ['', 'l', 'a', 'al'];

/** The order of an atomic access, and the letter of its size. */
export const memorySuffix: NonNullable<Spelling['suffix']> = ({ mnemonic, fields }) => {
  if (!fields.has('order')) return undefined;
  const [, size = ''] = /-([bh])$/.exec(mnemonic) ?? [];
  return (operands) => `${ORDERS[operands.fields.order ?? 0]}${size}`;
};

const ZERO = 31;
const ACQUIRES = 2;

/** Prefetches from this number on are of ranges. */
const FIRST_RANGE = 24;

export const MEMORY_ALIASES: readonly Alias[] = [
  {
    of: 'prfm-register',
    where: ({ fields }) => (fields.Rt ?? 0) >= FIRST_RANGE,
    as: 'rprfm',
    asm: '{rprfop:Rt}, {x:Rm}, [{xsp:Rn}]',
  },
  // Where nobody wants the old value and nothing is acquired.
  ...['add', 'clr', 'eor', 'set', 'smax', 'smin', 'umax', 'umin'].flatMap((name) =>
    ['b', 'h', 'w', 'x'].map((size) => ({
      of: `ld${name}-${size}`,
      when: { Rt: ZERO },
      where: ({ fields }: Operands) => ((fields.order ?? 0) & ACQUIRES) === 0,
      as: `st${name}`,
      asm: `{${size === 'x' ? 'x' : 'w'}:Rs}, [{xsp:Rn}]`,
    })),
  ),
];
