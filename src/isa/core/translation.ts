/** Address translation as data: what one walk looked at and how it ended. */
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

export interface WalkStep {
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

export interface Translation {
  readonly va: Va;
  /** `Bare`, `Sv39`, `Sv39 over Sv39x4` … */
  readonly scheme: string;
  readonly steps: readonly WalkStep[];
  /** What translated, where that is not the tables alone: a window, a TLB that software fills. In words. */
  readonly source?: string;
  readonly result:
    | { readonly ok: true; readonly ipa: Ipa; readonly pa: Pa; readonly pageSize: number; readonly perms: Permissions }
    | { readonly ok: false; readonly fault: Fault };
}

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
