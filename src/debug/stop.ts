/** Why the guest stands still, as plain data. */
import type { Va } from '../base/address';
import type {
  PassageEvent,
  PowerEvent,
  RegisterWrittenEvent,
  RootChangedEvent,
  StopEvent,
  TrapEvent,
} from '../machine/contract';
import type { RunGoal } from './run-goals';

export { isPassage, isTrap } from '../machine/contract';

/** The closed list of reasons. `hart` is the hart to look at first. */
export type Stop =
  | { readonly kind: 'entry' | 'pause' | 'goto'; readonly hart: number }
  /** A way back has led to the earliest point that is kept. */
  | { readonly kind: 'beginning'; readonly hart: number }
  /** `concealed`: so many inlined calls begin here that the step, or the frame that begins anew, is not in yet, as seen by the user. */
  | { readonly kind: 'step' | 'restart'; readonly hart: number; readonly concealed: number }
  /** At the last store to what was asked for, before it executes; `text` says what it writes, or that there is none. */
  | { readonly kind: 'written'; readonly hart: number; readonly text: string }
  /** The run-to symbol was reached. */
  | { readonly kind: 'runTo'; readonly hart: number; readonly symbol: string }
  /** What the run was told to go on to has happened; `event` is what it was, of traps and returns. */
  | { readonly kind: 'goal'; readonly hart: number; readonly goal: RunGoal; readonly event?: StopEvent }
  | {
      readonly kind: 'breakpoint';
      readonly hart: number;
      readonly ids: readonly number[];
      readonly type: 'source' | 'function' | 'instruction';
      /** A condition that could not be evaluated. */
      readonly problem?: string;
    }
  | {
      readonly kind: 'data';
      readonly hart: number;
      readonly ids: readonly number[];
      readonly accessPc: Va;
      readonly text: string;
      readonly problem?: string;
    }
  | { readonly kind: 'trap'; readonly hart: number; readonly event: TrapEvent; readonly problem?: string }
  /** A filter's return to another world or written register; the instruction is complete. */
  | {
      readonly kind: 'context';
      readonly hart: number;
      readonly event: PassageEvent | RootChangedEvent | RegisterWrittenEvent;
      readonly problem?: string;
    }
  | { readonly kind: 'panic'; readonly hart: number; readonly symbol: string; readonly problem?: string }
  /** The guest has printed that it panicked, in `text`, and goes on without end. */
  | { readonly kind: 'panicked'; readonly hart: number; readonly text: string }
  | { readonly kind: 'power'; readonly hart: number; readonly event: PowerEvent }
  | { readonly kind: 'stuck'; readonly hart: number; readonly event: TrapEvent; readonly explanation: string };

/** What one slice of running came to. */
export type SliceResult =
  | { readonly kind: 'stopped'; readonly stop: Stop }
  /** The slice is used up; call again. */
  | { readonly kind: 'running' }
  /** Every hart waits and only console input can wake them; call again after some. */
  | { readonly kind: 'idle' };

/** Something the debugger says while the guest runs: log points. */
export interface LogLine {
  readonly text: string;
  readonly hart: number;
  readonly pc: Va;
}
