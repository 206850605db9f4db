/** The boards that machines can be made of: one for each architecture that runs. */
import type { Architecture } from '../../base/architectures';
import { AARCH64_VIRT_BOARD } from './aarch64-virt/board';
import type { BoardSpec } from './board';
import { LOONGARCH64_VIRT_BOARD } from './loongarch64-virt/board';
import { RISCV64_VIRT_BOARD } from './riscv64-virt/board';
import { X86_64_Q35_BOARD } from './x86_64-q35/board';

export const BOARDS: readonly BoardSpec[] = [
  RISCV64_VIRT_BOARD,
  LOONGARCH64_VIRT_BOARD,
  AARCH64_VIRT_BOARD,
  X86_64_Q35_BOARD,
];

/** Architectures that have a board. */
export const RUNNABLE: readonly Architecture[] = BOARDS.map(({ arch }) => arch);

/** The board for an architecture, if there is one. */
export const boardFor = (arch: string): BoardSpec | undefined => BOARDS.find((board) => board.arch === arch);
