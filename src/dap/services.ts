/** What the shell gives a session: who composes (entry, tests) decides where machines, symbols and views come from. */
import type { Host } from '../base/host';
import type { ExceptionFilter, FilterScope } from '../debug/exception-list';
import type { DebugTarget, TargetImage } from '../debug/target';
import type { InspectOptions } from '../inspect/context';
import type { LaunchArguments } from './launch-schema';

/** A machine at its first instruction, with the programs in it. */
export interface BuiltMachine {
  readonly machine: DebugTarget['machine'];
  readonly images: readonly TargetImage[];
  /** DWARF path prefix → client path prefix, as the kernel package says; launch.json's own entries win. */
  readonly sourceMap?: Readonly<Record<string, string>>;
  /** What the views are told about the board. */
  readonly inspect?: InspectOptions;
  /** Remarks for the Debug Console: symbols that could not be read, defaults that were chosen. */
  readonly remarks?: readonly string[];
  /** Which exception filters can stop in it. */
  readonly filterScope: FilterScope;
  /** Whether a line of console output means that the guest failed. */
  isPanic?(line: string): boolean;
  /** A next step for the user after a panic with this text, where the machine explains it. */
  panicHint?(panic: string): string | undefined;
}

export interface SessionServices {
  readonly host: Host;
  /**
   * Reads the files of a validated launch and builds the machine. Rejects with an Error whose message tells the user
   * what is wrong, where, and the next step.
   */
  build(launch: LaunchArguments, host: Host): Promise<BuiltMachine>;
  /** The scope of filters for a launch that will follow. Its files are read once for both. Rejects as `build` would. */
  filterScope(launch: LaunchArguments): Promise<FilterScope>;
  /** The exception filters there are. */
  exceptionFilters(scope: FilterScope): readonly ExceptionFilter[];
  /** Architectures `build` knows. */
  readonly architectures: readonly string[];
  /** Text of a source that the client cannot open by path. */
  source?(path: string): Promise<string | undefined>;
}
