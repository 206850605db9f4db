/**
 * Address translation as data: what one walk looked at and how it ended. A processor translates by regimes, which it asks one after
 * the other: windows, a TLB that software fills, tables of one or two stages. Each step says which kind of regime took it.
 */
import type { Ipa, Pa, Va } from '../../base/address';
import type { FieldSpec } from '../../base/fields';

export type Access = 'read' | 'write' | 'execute';

/** A page-table entry as read, with the fields its format gives it. */
export interface PageEntry {
  readonly raw: bigint;
  readonly fields: readonly FieldSpec[];
  readonly isValid: boolean;
  readonly isLeaf: boolean;
}

/** Addresses are physical. */
export interface DirectStep {
  readonly source: 'direct';
}

/** A range of virtual addresses that a register maps to physical memory as a whole. */
export interface WindowStep {
  readonly source: 'window';
  /** The register, e.g. `DMW0`. */
  readonly name: string;
  /** The first and the last virtual address of it, and where the first one leads. */
  readonly from: bigint;
  readonly to: bigint;
  readonly base: Pa;
}

/** A look into a TLB that is part of the processor's state: what it holds counts, whatever the tables say. */
export interface TlbStep {
  readonly source: 'tlb';
  /** The entry that translates the address; undefined where none does, and the tables say what a refill would bring. */
  readonly hit?: {
    /** Its number, as the manual counts. */
    readonly index: number;
    readonly entry: PageEntry;
    /** Whether the tables say the same. */
    readonly isAsTables: boolean;
  };
}

/** An entry of a table, read. */
export interface TableStep {
  readonly source: 'table';
  readonly stage: 1 | 2;
  /** The manual's level number: a RISC-V leaf of 4 KiB is level 0. */
  readonly level: number;
  readonly index: number;
  /** Where the entry lies. */
  readonly at: Pa;
  readonly entry: PageEntry;
  /** How `at` itself was found, when stage 2 translates table addresses. */
  readonly nested?: Translation;
}

export type TranslationStep = DirectStep | WindowStep | TlbStep | TableStep;

export interface Permissions {
  readonly read: boolean;
  readonly write: boolean;
  readonly execute: boolean;
  readonly user: boolean;
}

/** Why a translation failed: the rule, in words a kernel author understands, and the trap it would raise. */
export interface Fault {
  /** e.g. `PTE is not valid (V = 0) at level 1`. */
  readonly rule: string;
  /** The trap cause number the CPU would raise. */
  readonly cause: number;
  readonly causeName: string;
  readonly tval: bigint;
  /** Where stage 2 broke off: the guest physical address it did not translate. */
  readonly guestPhysical?: Ipa;
}

/** Where an access leads, or why it leads nowhere. */
export type TranslationResult =
  | { readonly ok: true; readonly ipa: Ipa; readonly pa: Pa; readonly pageSize: number; readonly perms: Permissions }
  | { readonly ok: false; readonly fault: Fault };

export interface Translation {
  readonly va: Va;
  /** `Bare`, `Sv39`, `Sv39 over Sv39x4` … */
  readonly scheme: string;
  readonly steps: readonly TranslationStep[];
  readonly result: TranslationResult;
}

/** What a regime finds at an address. Without a result it does not translate there, and the next one is asked. */
export interface Finding {
  readonly steps: readonly TranslationStep[];
  readonly result?: TranslationResult;
}

/** One way of translating. The last one of a processor has a result for every address. */
export type Regime = (address: Va, access: Access) => Finding;

/** Asks the regimes of a processor in their order. */
export const translateBy = (scheme: string, regimes: readonly Regime[], address: Va, access: Access): Translation => {
  const steps: TranslationStep[] = [];
  for (const regime of regimes) {
    const finding = regime(address, access);
    steps.push(...finding.steps);
    if (finding.result) return { va: address, scheme, steps, result: finding.result };
  }
  throw new Error(`no regime of ${scheme} answers`);
};

/** One run of consecutive pages with equal permissions, as a table lists it; of both stages what both allow. */
export interface Mapping {
  readonly va: Va;
  /** What stage 1 yields, where stage 2 follows. */
  readonly ipa?: Ipa;
  readonly pa: Pa;
  readonly size: bigint;
  readonly pageSize: number;
  readonly perms: Permissions;
  /** Further flag letters of the entry, e.g. `GAD`. */
  readonly flags: string;
}

/** How large a table is, and an entry in it. */
export interface TableShape {
  readonly entryBytes: number;
  readonly tableBytes: number;
}

/** One entry of one table, for drilling down. */
export interface TableEntry {
  readonly level: number;
  readonly index: number;
  readonly at: Pa;
  readonly va: Va;
  readonly entry: PageEntry;
  /** Next table when the entry is a pointer; in stage 1 of a guest with two stages a guest physical address. */
  readonly next?: Pa;
  /** Mapped address when it is a leaf; in stage 1 of a guest with two stages a guest physical address. */
  readonly target?: Pa;
  readonly pageSize: number;
}
