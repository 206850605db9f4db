/**
 * The own requests and events: what crosses the one boundary besides standard DAP and the launch arguments of
 * launch-schema.ts. Shells import types from here; `session.ts` answers.
 */
import type { RunGoal } from '../debug/run-goals';
import type { TrapPolicy } from '../debug/trap-policy';
import type { InspectorInfo, InspectorNode, InspectorTable } from '../inspect/contract';
import type { NumberFormat } from './number-format';

/**
 * An argument of `initialize`: the launch arguments that will follow, from shells that know them, so that the list of
 * exception filters fits the program. VS Code takes no other list later.
 */
export const LAUNCH_AHEAD = 'worldstepLaunch';

/**
 * An argument of `initialize`: the client takes the own events. One that sends an own request takes them from then on;
 * all others never see one.
 */
export const OWN_EVENTS = 'worldstepEvents';

/** Own requests: name → arguments and response body. */
export interface OwnRequests {
  'inspect/list': { arguments: Record<string, never>; body: { inspectors: InspectorInfo[] } };
  /** Children of `key`, or the roots. */
  'inspect/children': {
    arguments: { inspector: string; key?: string; hart?: number };
    body: { nodes: InspectorNode[] };
  };
  'inspect/table': { arguments: { inspector: string; key?: string; hart?: number }; body: { table: InspectorTable } };
  /** Exception filters beside those that the initialize response lists; they are set as those are. */
  'exceptions/filters': { arguments: Record<string, never>; body: { filters: PickedFilter[] } };
  /** Exception filters that rows set ("break on its like"), beside those of the Breakpoints view. */
  'exceptions/likes': { arguments: Record<string, never>; body: { likes: ExceptionLike[] } };
  'exceptions/addLike': { arguments: ExceptionLike; body: { likes: ExceptionLike[] } };
  'exceptions/removeLike': { arguments: ExceptionLike; body: { likes: ExceptionLike[] } };
  /** Console input from the pseudoterminal. */
  'console/input': { arguments: { text: string }; body: Record<string, never> };
  /** For the status bar: where a hart is, or the one of a frame. */
  'machine/status': { arguments: { hart?: number; frameId?: number }; body: MachineStatus };
  /** Sets what Step Into does at traps, at once and for restarts, or asks for it. */
  'stepping/traps': { arguments: { policy?: TrapPolicy }; body: { policy: TrapPolicy } };
  /** How integers are shown from now on: all, or those of the row of an expression. */
  'numbers/choose': { arguments: { format: NumberFormat; expression?: string }; body: Record<string, never> };
  /**
   * Values to be shown beside the lines of a source that a frame stands in, for names that are variables there; `null`
   * for all others. `isAssembly`: registers have plain names.
   */
  'values/inline': {
    arguments: { frameId: number; places: { expression: string; line: number }[]; isAssembly: boolean };
    body: { values: (string | null)[] };
  };
  /** Where an expression's memory is, in a frame: a reference for `readMemory`. `length` is 0 where it is not known. */
  'memory/place': {
    arguments: { expression: string; frameId?: number };
    body: { memoryReference: string; length: number };
  };
  /** Runs on until the machine does that; a `stopped` event follows. */
  'run/to': { arguments: { goal: RunGoal; threadId?: number }; body: Record<string, never> };
  /** Goes back to the caller of a thread's innermost function, or to the last store to what an expression names; a `stopped` event follows. */
  'back/out': { arguments: { threadId?: number }; body: Record<string, never> };
  'back/write': { arguments: { expression: string; frameId?: number }; body: Record<string, never> };
  /** `explain 0x… for read`: the walk in words. */
  'address/explain': {
    arguments: { address: string; access: 'read' | 'write' | 'execute'; hart?: number };
    body: { lines: string[] };
  };
}

/** An exception filter to be picked under a heading. */
export interface PickedFilter {
  readonly filter: string;
  readonly label: string;
  readonly description: string;
  readonly heading: string;
}

/** An exception filter and the condition on its traps. */
export interface ExceptionLike {
  readonly filter: string;
  readonly condition: string;
}

export interface MachineStatus {
  readonly running: boolean;
  /** The mode for people, e.g. `S mode`. */
  readonly mode: string;
  readonly pc: string;
  /** Of the frame that was asked about: the function's whole name, of which the call stack shows a part. */
  readonly functionName?: string;
  readonly retired: string;
  /** Guest seconds. */
  readonly seconds: number;
  readonly harts: number;
  /** What one of them is called. */
  readonly processor: string;
  /** What Step Into does at traps. */
  readonly traps: TrapPolicy;
  /** How integers are shown. */
  readonly numbers: NumberFormat;
}

/** Own events: name → body. */
export interface OwnEvents {
  /** Guest console output; `text` is UTF-8 decoded, with the guest's own line ends. */
  'console/output': { text: string };
  /** These inspectors show stale data. At most ten a second while running; at once on a stop. */
  'inspect/changed': { inspectors: string[] };
  'machine/status': MachineStatus;
}
