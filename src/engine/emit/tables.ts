/** What the interpreters and TypeScript look up by opcode. */
import { FAST, RECORD } from '../layout';
import { slotOf } from './decode-page';
import { destinationOf, ownOps, type Program } from './program';

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

/** The columns of a part in {@link runTable}. */
export const PART = { op: 0, destination: 1, source: 2, columns: 3 } as const;

/**
 * The runs, for what decodes in TypeScript. Each is the opcode of the run, how many parts it has, and for each part its own
 * opcode and the places in the record before and in its own that must name the same register, both 0 when nothing is forwarded.
 */
export const runTable = (program: Program): Uint16Array<ArrayBuffer> => {
  const rows = program.runs.map((run) => {
    const ops = ownOps(run);
    const parts = run.parts.flatMap(({ prepared, forward }, at) => {
      const before = run.parts[at - 1]?.prepared;
      const places =
        forward && before
          ? [slotOf(program, before, destinationOf(before), 'write'), slotOf(program, prepared, forward, 'read')]
          : [RECORD.op, RECORD.op];
      return [ops[at] ?? FAST.bail, ...places];
    });
    return [run.op, run.parts.length, ...parts];
  });
  return Uint16Array.from(rows.flat());
};
