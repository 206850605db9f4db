/** Puts semihosting onto a machine's processors: registers in and out, memory as the caller sees it. */
import type { BoardChoices } from '../../../base/board-choices';
import type { HartView } from '../../../engine/hart-view';
import { SEMIHOSTING, Trap } from '../../../isa/core/privileged';
import type { Board, BoardFiles, BoardServices } from '../../boards/board';
import { type SemihostingHost, semihosting } from './semihosting';

/** The option of a board that has it, with its values; the first is taken without a word. */
export const SEMIHOSTING_OPTION = { semihosting: ['off', 'on'] } as const;

export interface SemihostingOptions extends BoardFiles {
  readonly choices: BoardChoices;
  readonly ram: { readonly base: number; readonly size: number };
  /** Registers of `x`: the operation, which gets the result, and its parameter. */
  readonly registers: readonly [operation: number, parameter: number];
  /** Takes bytes that were typed. */
  receive(limit: number): Uint8Array;
}

export interface Semihosting {
  /** What tells instructions that they are answered; none where it was not chosen. */
  readonly spaces: NonNullable<Board['spaces']>;
  call(view: HartView): boolean;
}

/** What programs have as their own name, in front of the command line. */
const PROGRAM = 'kernel';

/** The service of a board. */
export const createSemihosting = (
  services: BoardServices,
  { choices, ram, registers: [operation, parameter], receive, append }: SemihostingOptions,
): Semihosting => {
  const hostOf = (view: HartView): SemihostingHost => ({
    read: (at, length) => services.readVirtual(view.hart, BigInt.asUintN(64, at), length),
    write: (at, bytes) => stored(view, at, bytes),
    output: (bytes) => services.output(bytes),
    receive,
    power: (event) => services.power(event),
    now: () => services.now(),
    commandLine: append === undefined ? PROGRAM : `${PROGRAM} ${append}`,
    ram: { base: BigInt(ram.base), end: BigInt(ram.base + ram.size) },
  });
  return {
    spaces: choices.semihosting === 'on' ? { [SEMIHOSTING]: { read: () => 0n, write: () => false } } : {},
    call: (view) => {
      const asked = Number(BigInt.asUintN(32, view.read('x', operation)));
      const result = semihosting(hostOf(view), asked, view.read('x', parameter));
      if (result !== undefined) view.write('x', operation, BigInt.asUintN(64, result));
      return true;
    },
  };
};

/** Stores as the caller's own instruction would, so that whoever watches memory hears of it. */
const stored = (view: HartView, at: bigint, bytes: Uint8Array): boolean => {
  try {
    for (const [index, byte] of bytes.entries()) view.store(BigInt.asUintN(64, at + BigInt(index)), 1, BigInt(byte));
    return true;
  } catch (error) {
    if (error instanceof Trap) return false;
    throw error;
  }
};
