/** What a boot protocol gets, and what it decides: where everything lies when the first instruction executes. */

/** Bytes with the name messages call them by. */
export interface NamedFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** A file that is put into memory. */
export interface PlacedFile {
  readonly file: NamedFile;
  /** Physical address of its first byte, as it is; without one it is an ELF that says where it lies. */
  readonly at?: number;
}

/** What the user wants started. */
export interface BootInput {
  /** Bytes of RAM, as `checkMemorySize` accepts them. */
  readonly memory: number;
  readonly harts: number;
  readonly kernel?: NamedFile;
  readonly bios?: NamedFile;
  readonly initrd?: NamedFile;
  readonly pflash0?: NamedFile;
  readonly pflash1?: NamedFile;
  /** Kernel command line. */
  readonly append?: string;
  /** Physical address for a flat kernel or one linked outside RAM, in place of the board's. */
  readonly loadAddress?: number;
  /** Further files that lie in memory; without a kernel, firmware or flash the first one is the kernel. */
  readonly loaded?: readonly PlacedFile[];
  /** Physical address of the first instruction, in place of the one that follows from the files. */
  readonly entry?: number;
  /** The mode to start in, by the manual's name, where the board has a choice and shall not make it. */
  readonly mode?: string;
}

export interface LoadSegment {
  readonly pa: number;
  readonly bytes: Uint8Array;
  /** Bytes from `pa` that belong to the segment; those past `bytes` are zero. */
  readonly memsz: number;
  readonly name: string;
}

/** A range of physical addresses, end exclusive. */
export interface PhysicalRange {
  readonly start: number;
  readonly end: number;
}

export interface LoadPlan {
  /** Non-overlapping, all in RAM, device tree and initial RAM disk included. */
  readonly segments: readonly LoadSegment[];
  /** Physical address of the first instruction. */
  readonly entry: number;
  /** The mode that executes it, by the manual's name. */
  readonly mode: string;
  /** What registers hold then, by the names of the instruction set; the others are the board's reset values. */
  readonly registers: Readonly<Record<string, bigint>>;
  /** Physical addresses of the HTIF words, when an ELF names them. */
  readonly tohost?: number;
  readonly fromhost?: number;
  /** What the first flash bank holds, where the plan puts firmware there. */
  readonly pflash0?: Uint8Array;
  /** Where code is executed from flash: whole pages. */
  readonly flashCode?: { readonly base: number; readonly size: number };
  /** Physical address of the device tree, where there is one. */
  readonly dtbAt?: number;
  readonly initrd?: PhysicalRange;
  /** Where the kernel's linked addresses lie physically; for a bios alone, the bios's. */
  readonly physicalOf: readonly { readonly vaddr: bigint; readonly pa: number; readonly size: number }[];
  /** How the kernel was read: shown to the user. */
  readonly format: 'elf' | 'linux-image' | 'multiboot' | 'multiboot2' | 'pvh' | 'boot-sector' | 'flat' | 'none';
}
