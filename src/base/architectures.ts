/** The instruction sets that Worldstep knows by name. What else depends on them is a table with these names as keys. */

/** Facts of an architecture that hold without a machine. */
export interface ArchitectureFacts {
  /** What its makers call it. */
  readonly title: string;
  /** `e_machine` of its ELF files. */
  readonly elfMachine: number;
  /** `Machine` of its EFI programs. See the PE Format, "Machine Types". */
  readonly peMachine: number;
  /** The board that kernels for it are put on. */
  readonly board: string;
}

export const ARCHITECTURES = {
  riscv64: { title: 'RISC-V', elfMachine: 243, peMachine: 0x5064, board: 'riscv64-virt' },
  aarch64: { title: 'AArch64', elfMachine: 183, peMachine: 0xaa64, board: 'aarch64-virt' },
  x86_64: { title: 'x86-64', elfMachine: 62, peMachine: 0x8664, board: 'x86_64-q35' },
  loongarch64: { title: 'LoongArch', elfMachine: 258, peMachine: 0x6264, board: 'loongarch64-virt' },
} as const satisfies Readonly<Record<string, ArchitectureFacts>>;

export type Architecture = keyof typeof ARCHITECTURES;

/** Their names, in the order in which lists show them. */
export const ARCHITECTURE_NAMES = Object.keys(ARCHITECTURES) as readonly Architecture[];

/** The boards of all architectures, in the same order. */
export const BOARD_NAMES = ARCHITECTURE_NAMES.map((name): string => ARCHITECTURES[name].board) as [string, ...string[]];
