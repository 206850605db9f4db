/** What the interpreters and TypeScript look up by opcode. */
import { FAST, RECORD } from '../layout';
import { slotOf } from './decode-page';
import { destinationOf, type Program } from './program';

/** The table behind `FAST_OPS`: for each exact opcode the fast ones, far, near forward and near backward. */
export const fastOpTable = (program: Program): Uint16Array<ArrayBuffer> => {
  const table = new Uint16Array((program.insns.length + 1) * 3);
  for (const { exactOp, fastOps } of program.insns) {
    table[exactOp * 3] = fastOps?.far ?? FAST.bail;
    table[exactOp * 3 + 1] = fastOps?.forward ?? 0;
    table[exactOp * 3 + 2] = fastOps?.backward ?? 0;
  }
  if (program.isa.encoding.kind === 'program') {
    for (const { of, form } of program.quick) table[of.exactOp * 3] = form.fastOps?.far ?? FAST.bail;
  }
  return table;
};

/** A pair as {@link pairTable} has it. */
export const PAIR = { first: 0, second: 1, op: 2, destination: 3, source: 4, columns: 5 } as const;

/**
 * The pairs, for what decodes in TypeScript: fast opcodes of the first and the second, the pair's own, and the places in the
 * two records that must name the same register (both 0 when nothing is forwarded). Those that forward come first: the
 * others are right as well, but slower.
 */
export const pairTable = (program: Program): Uint16Array<ArrayBuffer> => {
  const pairs = [...program.pairs].sort((a, b) => Number(b.forward !== undefined) - Number(a.forward !== undefined));
  const rows = pairs.map(({ op, first, second, reach, forward }) => [
    first.fastOps?.far ?? FAST.bail,
    second.fastOps?.[reach] ?? FAST.bail,
    op,
    forward ? slotOf(program, first, destinationOf(first), 'write') : RECORD.op,
    forward ? slotOf(program, second, forward, 'read') : RECORD.op,
  ]);
  return Uint16Array.from(rows.flat());
};
