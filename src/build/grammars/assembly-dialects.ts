/** The assembly of each instruction set as the GNU assembler reads it: GNU as, "Machine Dependent Features". */

import { ASSEMBLY_FOLDERS } from '../../base/assembly-folders';

/** What differs between the instruction sets. */
export interface AssemblyDialect {
  /** The language id. Those that other extensions use for the same language are shared with them. */
  readonly language: string;
  readonly title: string;
  /** Name of the instruction set whose table has the words; without one there is one grammar for all of them. */
  readonly isa?: string;
  /** Words in paths of sources that are written in it. */
  readonly folders?: readonly string[];
  /** Where line comments begin, besides `//`, which the C preprocessor takes away. */
  readonly comments: readonly string[];
  /** What the editor puts before a line that is commented out. */
  readonly lineComment: string;
  /** The sign before the name of a register. */
  readonly registerSign?: string;
  /** The sign before an immediate operand. */
  readonly immediateSign?: string;
  /** Words that may stand before the mnemonic. */
  readonly prefixes?: readonly string[];
}

/** `#` anywhere. */
const HASH = '#.*$';

export const ASSEMBLY_DIALECTS: readonly AssemblyDialect[] = [
  {
    // Any file: the instruction set is not known, and `#` may begin an immediate operand, `@` a symbol's type.
    language: 'asm',
    title: 'Assembly',
    comments: ['^[ \\t]*#.*$', '#(?=[ \\t#]|$).*$', '@(?=[ \\t]|$).*$'],
    lineComment: '//',
    registerSign: '%',
    immediateSign: '#$',
  },
  {
    language: 'riscv',
    title: 'RISC-V Assembly',
    isa: 'riscv64',
    folders: ASSEMBLY_FOLDERS.riscv64,
    comments: [HASH],
    lineComment: '#',
  },
  {
    language: 'arm64',
    title: 'AArch64 Assembly',
    isa: 'aarch64',
    folders: ASSEMBLY_FOLDERS.aarch64,
    comments: ['^[ \\t]*#.*$'],
    lineComment: '//',
    immediateSign: '#',
  },
  {
    language: 'gas',
    title: 'x86-64 Assembly (GNU)',
    isa: 'x86_64',
    folders: ASSEMBLY_FOLDERS.x86_64,
    comments: [HASH],
    lineComment: '#',
    registerSign: '%',
    immediateSign: '$',
    prefixes: ['rep', 'repe', 'repz', 'repne', 'repnz', 'lock', 'notrack', 'data16', 'addr32', 'rex64'],
  },
  {
    language: 'loongarch',
    title: 'LoongArch Assembly',
    isa: 'loongarch64',
    folders: ASSEMBLY_FOLDERS.loongarch64,
    comments: [HASH],
    lineComment: '#',
    registerSign: '$',
  },
];
