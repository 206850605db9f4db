/**
 * What an inspector is and what it may use. Inspectors are plain functions over a standing machine: they look, they
 * never change anything, and they speak in rows. Start reading here, then at queues.ts; open.ts binds them to a target.
 * What must not come here: IO, messages of the Debug Adapter Protocol, anything that knows one instruction set.
 */

import type { Pa } from '../base/address';
import type { Work } from '../base/work';
import type { Image, ImageSet } from '../debug/images';
import type { World } from '../isa/core/world';
import type { Cpu, Machine } from '../machine/contract';
import type { Value } from '../symbols/lang/value';
import type { SourceFile, Variable } from '../symbols/types';
import type { InspectorInfo, InspectorNode, InspectorTable } from './contract';
import type { Past } from './past';
import type { TrapLog } from './trap-log';

/** A device's place in the physical address space, for naming addresses. */
export interface DeviceWindow {
  readonly name: string;
  readonly base: bigint;
  readonly size: bigint;
}

/** A variable and where it lies now. */
export interface NamedValue {
  readonly variable: Variable;
  readonly image: Image;
  readonly value: Value;
  /** The function it is a local of; absent for statics. */
  readonly functionName?: string;
}

/** A frame of code that stands still somewhere: a call, or a border between worlds. */
export interface SuspendedFrame {
  readonly name: string;
  readonly source?: { readonly path: string; readonly line: number };
  /** The user's own code rather than a library's. */
  readonly isOwn: boolean;
  readonly isLabel: boolean;
  /** A variable of the frame's function. */
  local(name: string): Value | undefined;
}

/** What an inspector may use. Everything is side-effect free. */
export interface InspectContext {
  readonly machine: Machine;
  /** The selected hart. */
  readonly cpu: Cpu;
  readonly images: Pick<ImageSet, 'all' | 'find'>;
  /** Devices on the bus; empty when nobody told. */
  readonly windows: readonly DeviceWindow[];
  /** What was seen at earlier stops, and who stored what. */
  readonly past: Past;
  /** Every trap since the machine was made. */
  readonly traps: TrapLog;
  /** Statics of an image that pass the filter, with their values' places. */
  statics(image: Image, accept: (variable: Variable) => boolean): readonly NamedValue[];
  /** Variables of the function the hart is in, innermost scope first. */
  locals(): readonly NamedValue[];
  /**
   * The calls, innermost first, of code that was switched away from: where it goes on and its registers by DWARF number,
   * in memory as `world` sees it. At most `most` frames.
   */
  suspended(world: World, pc: bigint, registers: ReadonlyMap<number, bigint>, most: number): readonly SuspendedFrame[];
  /** The path under which the user opens a source. */
  clientPath(source: SourceFile): string;
  /** Whether the source is the user's own rather than a library's. */
  isOwnSource(source: SourceFile): boolean;
}

/** A range of physical memory. */
export interface PhysicalRange {
  readonly pa: Pa;
  readonly length: number;
  /** A store here may change which ranges are to be watched, as when a buffer moves. */
  readonly isDecisive?: boolean;
  /** The view shows who stored here; finding that out takes a while, so it is done for these ranges only. */
  readonly isAttributed?: boolean;
}

/** One view over a machine. Keys are made and understood by the inspector alone; they are unique in its whole tree. */
export interface Inspector extends InspectorInfo {
  /** Whether there can be anything to see on this machine. */
  when(context: InspectContext): boolean;
  /** Rows below `key`, or the top rows. Empty for a key that no longer exists. */
  children(context: InspectContext, key?: string): InspectorNode[];
  /** The same as a table: of everything, or of what `key` names. */
  table(context: InspectContext, key?: string): InspectorTable;
  /** For tables that may be long: the same, in parts. */
  tableWork?(context: InspectContext, key?: string): Work<InspectorTable>;
  /** Physical ranges whose stores make the view stale. Watched from the first look at the view on. */
  watches?(context: InspectContext): PhysicalRange[];
  /** Called once at each stop that is looked at: notes in `past` what later stops are compared with. */
  note?(context: InspectContext): void;
}
