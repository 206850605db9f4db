/** What `e_machine` of an ELF file means. See the System V gABI, "ELF Header", and the supplements of the processors. */
import { ARCHITECTURE_NAMES, ARCHITECTURES, type Architecture } from './architectures';

export interface ElfMachine {
  /** As people call it. */
  readonly name: string;
  /** Our word for the architecture, where we have one for its 64-bit little-endian form. */
  readonly arch?: Architecture;
}

/** `e_machine` values that people are likely to have. */
export const ELF_MACHINES: Readonly<Record<number, ElfMachine>> = {
  3: { name: 'x86 (32-bit)' },
  8: { name: 'MIPS' },
  20: { name: 'PowerPC' },
  21: { name: 'PowerPC64' },
  40: { name: 'Arm (32-bit)' },
  ...Object.fromEntries(
    ARCHITECTURE_NAMES.map((arch) => [ARCHITECTURES[arch].elfMachine, { name: ARCHITECTURES[arch].title, arch }]),
  ),
};
