/** Names of registers by file and number, as both syntaxes have them. */
import { HIGH_BYTES, SEGMENTS } from './state';

const LEGACY = ['ax', 'cx', 'dx', 'bx', 'sp', 'bp', 'si', 'di'] as const;
const LOW_BYTES = ['al', 'cl', 'dl', 'bl', 'spl', 'bpl', 'sil', 'dil'] as const;
const HIGH = ['ah', 'ch', 'dh', 'bh'] as const;
const SUFFIXES: Readonly<Record<number, string>> = { 8: 'b', 16: 'w', 32: 'd', 64: '' };
const PREFIXES: Readonly<Record<number, string>> = { 16: '', 32: 'e', 64: 'r' };

/** A general register, or the part of one, of so many bits; bytes from 16 on are the upper ones. */
export const generalName = (index: number, bits: number): string => {
  const legacy = LEGACY[index];
  if (bits === 8 && index >= HIGH_BYTES) return HIGH[index - HIGH_BYTES] ?? '';
  if (legacy === undefined) return `r${index}${SUFFIXES[bits] ?? ''}`;
  return bits === 8 ? (LOW_BYTES[index] ?? '') : `${PREFIXES[bits] ?? ''}${legacy}`;
};

/** A register of what is no general one, by what kind of operand it is. */
export const otherName = (kind: string, index: number): string => {
  switch (kind) {
    case 'segment':
      return SEGMENTS[index] ?? '?';
    case 'control':
      return `cr${index}`;
    case 'debug':
      return `dr${index}`;
    case 'st':
      return `st(${index})`;
    default:
      return `${kind}${index}`;
  }
};
